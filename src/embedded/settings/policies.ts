import { z } from 'zod';
import type { Resource, Resources, Table } from '../store/resources.ts';
import { nullable, open, requiredText } from './fields.ts';
import { isInOne } from './groups.ts';
import { byPriority } from './priorities.ts';
import { isInZone } from './zones.ts';

export const policyTypes = [
  'OKTA_SIGN_ON',
  'PASSWORD',
  'MFA_ENROLL',
  'IDP_DISCOVERY',
  'ACCESS_POLICY',
  'PROFILE_ENROLLMENT',
  'POST_AUTH_SESSION',
  'ENTITY_RISK',
] as const;

export type PolicyType = (typeof policyTypes)[number];

const policy = z.object({
  type: z.enum(policyTypes),
  name: requiredText(),
  description: z.string().nullish(),
  priority: z.number().int().nullish(),
  system: z.boolean().optional(),
  conditions: nullable(open()),
  settings: open().nullish(),
});

export type Policy = z.infer<typeof policy>;

/** Of sign-on, of passwords and of whatever else; those of authorization servers are another kind. */
export const policyTable: Table<Policy> = { name: 'policies', idPrefix: '00p', schema: policy };

export const ruleTypes: Readonly<Record<PolicyType, string>> = {
  OKTA_SIGN_ON: 'SIGN_ON',
  PASSWORD: 'PASSWORD',
  MFA_ENROLL: 'MFA_ENROLL',
  IDP_DISCOVERY: 'IDP_DISCOVERY',
  ACCESS_POLICY: 'ACCESS_POLICY',
  PROFILE_ENROLLMENT: 'PROFILE_ENROLLMENT',
  POST_AUTH_SESSION: 'POST_AUTH_SESSION',
  ENTITY_RISK: 'ENTITY_RISK',
};

const rule = z.object({
  type: z.string().nullish(),
  name: requiredText(50),
  priority: z.number().int().nullish(),
  system: z.boolean().optional(),
  conditions: nullable(open()),
  actions: open(),
});

export type Rule = z.infer<typeof rule>;

/** Belong to a policy. */
export const ruleTable: Table<Rule> = { name: 'policyRules', idPrefix: '0pr', schema: rule };

const ids = z.object({
  include: z.array(z.string()).optional(),
  exclude: z.array(z.string()).optional(),
});

const people = z.object({
  people: z
    .object({
      groups: ids.optional(),
      users: ids.optional(),
    })
    .optional(),
});

const network = z.object({ network: ids.extend({ connection: z.string() }) });

/** A user, as the conditions of policies see one. */
export interface Person {
  readonly id: string;
  readonly groupIds: readonly string[];
  /** Where the request comes from; absent or null: conditions of networks are not asked. */
  readonly ip?: string | null;
}

/** Whether the conditions of a policy or a rule are about this user; those of devices and risk always are. */
function isAbout(resources: Resources, conditions: unknown, user: Person): boolean {
  return isFor(conditions, user) && isFrom(resources, conditions, user.ip ?? null);
}

function isFrom(resources: Resources, conditions: unknown, ip: string | null): boolean {
  const {
    connection,
    include = [],
    exclude = [],
  } = network.safeParse(conditions).data?.network ?? {};
  if (connection !== 'ZONE' || ip === null) return true;
  if (isInZone(resources, exclude, ip)) return false;
  return include.length === 0 || isInZone(resources, include, ip);
}

function isFor(conditions: unknown, user: Person): boolean {
  const { groups, users } = people.safeParse(conditions).data?.people ?? {};
  if (users?.exclude?.includes(user.id) === true) return false;
  if (isInOne(user, groups?.exclude ?? [])) return false;
  const included = [...(groups?.include ?? []), ...(users?.include ?? [])];
  if (included.length === 0) return true;
  return isInOne(user, groups?.include ?? []) || users?.include?.includes(user.id) === true;
}

/** The active policies of a type, in the order in which Okta asks them. */
export function policiesOf(resources: Resources, type: PolicyType): Resource<Policy>[] {
  return byPriority(resources.of(policyTable)).filter(({ body }) => body.type === type);
}

/** The first policy of the type that is about the user; null: about anybody, which is the last one. */
export function policyFor(
  resources: Resources,
  type: PolicyType,
  user: Person | null,
): Resource<Policy> | null {
  const policies = policiesOf(resources, type);
  if (user === null) return policies.at(-1) ?? null;
  return policies.find(({ body }) => isAbout(resources, body.conditions, user)) ?? null;
}

/** The first active rule of a policy that is about the user; null: none is. */
export function ruleFor(
  resources: Resources,
  policyId: string,
  user: Person | null,
): Resource<Rule> | null {
  const rules = byPriority(resources.of(ruleTable, policyId));
  if (user === null) return rules.at(-1) ?? null;
  return rules.find(({ body }) => isAbout(resources, body.conditions, user)) ?? null;
}
