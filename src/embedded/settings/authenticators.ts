import { z } from 'zod';
import type { Resources, Table } from '../store/resources.ts';
import { open, requiredText } from './fields.ts';
import { policyFor } from './policies.ts';

const authenticator = z.object({
  key: requiredText(),
  name: requiredText(),
  settings: open().nullish(),
  provider: open().nullish(),
});

export type Authenticator = z.infer<typeof authenticator>;

export const authenticatorTable: Table<Authenticator> = {
  name: 'authenticators',
  idPrefix: 'aut',
  schema: authenticator,
};

interface KnownAuthenticator {
  readonly type: string;
  readonly name: string;
  /** Ways to use it. */
  readonly methods: readonly string[];
}

/** By key: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Authenticator/ */
export const knownAuthenticators: Readonly<Record<string, KnownAuthenticator>> = {
  okta_email: { type: 'email', name: 'Email', methods: ['email'] },
  okta_verify: { type: 'app', name: 'Okta Verify', methods: ['push', 'totp', 'signed_nonce'] },
  okta_password: { type: 'password', name: 'Password', methods: ['password'] },
  phone_number: { type: 'phone', name: 'Phone', methods: ['sms', 'voice'] },
  google_otp: { type: 'app', name: 'Google Authenticator', methods: ['otp'] },
  webauthn: { type: 'security_key', name: 'Security Key or Biometric', methods: ['webauthn'] },
  security_question: {
    type: 'security_question',
    name: 'Security Question',
    methods: ['security_question'],
  },
};

/** Whether administrators let users sign in with it. */
export function isAuthenticatorActive(resources: Resources, key: string): boolean {
  return [...resources.of(authenticatorTable).values()].some(
    ({ status, body }) => body.key === key && status === 'ACTIVE',
  );
}

const enrolment = z.object({
  authenticators: z.array(
    z.object({ key: z.string(), enroll: z.object({ self: z.string() }).optional() }),
  ),
});

/** Whether the enrolment policy of a user allows it. */
export function mayEnroll(
  resources: Resources,
  key: string,
  user: { readonly id: string; readonly groupIds: readonly string[] },
): boolean {
  const policy = policyFor(resources, 'MFA_ENROLL', user);
  const { authenticators = [] } = enrolment.safeParse(policy?.body.settings).data ?? {};
  return authenticators.find((one) => one.key === key)?.enroll?.self !== 'NOT_ALLOWED';
}

const initial: readonly (readonly [key: string, active: boolean, settings: object | null])[] = [
  ['okta_email', true, { allowedFor: 'any', tokenLifetimeInMinutes: 5 }],
  [
    'okta_verify',
    true,
    {
      compliance: { fips: 'OPTIONAL' },
      channelBinding: { style: 'NUMBER_CHALLENGE', required: 'HIGH_RISK_ONLY' },
      userVerification: 'PREFERRED',
      appInstanceId: '',
    },
  ],
  ['okta_password', true, null],
  ['phone_number', true, { allowedFor: 'any' }],
  ['google_otp', true, null],
  ['webauthn', false, null],
  ['security_question', false, { allowedFor: 'recovery' }],
];

export function addAuthenticators(resources: Resources): void {
  for (const [key, active, settings] of initial) {
    resources.add(authenticatorTable, {
      id: `aut1${key.replaceAll('_', '')}`.padEnd(20, '0').slice(0, 20),
      status: active ? 'ACTIVE' : 'INACTIVE',
      body: {
        key,
        name: knownAuthenticators[key]?.name ?? key,
        ...(settings !== null && { settings: { ...settings } }),
      },
    });
  }
}
