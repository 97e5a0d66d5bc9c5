import { z } from 'zod';
import type { Resource, Resources, Table } from '../store/resources.ts';
import { defaulted, nullable, texts } from './fields.ts';

/** Settings of which an org has one of a kind. */
export interface Single<Body> {
  readonly name: string;
  readonly schema: z.ZodType<Body>;
  /** Of an untouched org. */
  readonly initial: Body;
}

/** The present ones. */
export function single<Body>(resources: Resources, one: Single<Body>): Resource<Body> {
  const table: Table<Body> = { name: one.name, idPrefix: '', schema: one.schema };
  const [present] = resources.of(table).values();
  const { name: id, initial } = one;
  return present ?? resources.add(table, { id, body: structuredClone(initial) });
}

const text = () => nullable(z.string());

const orgSettings = z.object({
  companyName: z.string().optional(),
  website: text().optional(),
  phoneNumber: text().optional(),
  endUserSupportHelpURL: text().optional(),
  supportPhoneNumber: text().optional(),
  address1: text().optional(),
  address2: text().optional(),
  city: text().optional(),
  state: text().optional(),
  country: text().optional(),
  postalCode: text().optional(),
});

export const orgSettingsOf: Single<z.infer<typeof orgSettings>> = {
  name: 'orgSettings',
  schema: orgSettings,
  initial: { companyName: 'Embedded Okta', website: '', phoneNumber: '' },
};

const mode = z.enum(['DISABLE', 'PREVIEW', 'ENFORCE']);
const perClient = z.object({
  defaultMode: mode,
  useCaseModeOverrides: z
    .object({
      LOGIN_PAGE: mode.optional(),
      OAUTH2_AUTHORIZE: mode.optional(),
      OIE_APP_INTENT: mode.optional(),
    })
    .nullish(),
});

/** Limits per client and IP address at /authorize; this org counts them where they are enforced. */
export const perClientLimits: Single<z.infer<typeof perClient>> = {
  name: 'perClientLimits',
  schema: perClient,
  initial: { defaultMode: 'PREVIEW' },
};

const notifications = z.object({ notificationsEnabled: z.boolean() });

export const adminNotifications: Single<z.infer<typeof notifications>> = {
  name: 'adminNotifications',
  schema: notifications,
  initial: { notificationsEnabled: true },
};

const threshold = z.object({ warningThreshold: z.number().int().min(30).max(90) });

export const warningThreshold: Single<z.infer<typeof threshold>> = {
  name: 'warningThreshold',
  schema: threshold,
  initial: { warningThreshold: 90 },
};

const threats = z.object({
  action: z.enum(['none', 'audit', 'block']),
  excludeZones: defaulted(texts(), []),
});

export const threatInsight: Single<z.infer<typeof threats>> = {
  name: 'threatInsight',
  schema: threats,
  initial: { action: 'none', excludeZones: [] },
};

const knowledge = z.object({ verifyKnowledgeSecondWhen2faRequired: z.boolean() });

export const authenticatorSettings: Single<z.infer<typeof knowledge>> = {
  name: 'authenticatorSettings',
  schema: knowledge,
  initial: { verifyKnowledgeSecondWhen2faRequired: false },
};

const lockout = z.object({ preventBruteForceLockoutFromUnknownDevices: z.boolean() });

export const lockoutSettings: Single<z.infer<typeof lockout>> = {
  name: 'lockoutSettings',
  schema: lockout,
  initial: { preventBruteForceLockoutFromUnknownDevices: false },
};
