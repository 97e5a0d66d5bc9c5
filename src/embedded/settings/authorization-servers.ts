import { z } from 'zod';
import type { AuthorizationServerEntity } from '../store/oauth-settings.ts';
import type { Resources, Table } from '../store/resources.ts';
import { defaulted, included, nullable, open, requiredText, texts } from './fields.ts';
import { byPriority } from './priorities.ts';

const signing = z.object({
  rotationMode: defaulted(z.enum(['AUTO', 'MANUAL']), 'AUTO'),
});

const server = z.object({
  name: requiredText(100),
  description: nullable(z.string().max(1000)),
  audiences: texts().min(1).max(1),
  issuerMode: defaulted(z.enum(['ORG_URL', 'CUSTOM_URL', 'DYNAMIC']), 'ORG_URL'),
  credentials: defaulted(z.object({ signing: defaulted(signing, { rotationMode: 'AUTO' }) }), {
    signing: { rotationMode: 'AUTO' },
  }),
});

export type AuthorizationServer = z.infer<typeof server>;

export const serverTable: Table<AuthorizationServer> = {
  name: 'authorizationServers',
  idPrefix: 'aus',
  schema: server,
};

const scope = z.object({
  name: requiredText(4096).regex(/^\S+$/),
  displayName: nullable(z.string()),
  description: nullable(z.string()),
  system: defaulted(z.boolean(), false),
  metadataPublish: defaulted(z.enum(['ALL_CLIENTS', 'NO_CLIENTS']), 'NO_CLIENTS'),
  consent: defaulted(z.enum(['IMPLICIT', 'REQUIRED', 'FLEXIBLE', 'ADMIN']), 'IMPLICIT'),
  optional: defaulted(z.boolean(), false),
  default: defaulted(z.boolean(), false),
});

export type Scope = z.infer<typeof scope>;

/** Belong to an authorization server. */
export const scopeTable: Table<Scope> = { name: 'scopes', idPrefix: 'scp', schema: scope };

const claim = z.object({
  name: requiredText(),
  claimType: z.enum(['RESOURCE', 'IDENTITY']),
  valueType: z.enum(['EXPRESSION', 'GROUPS', 'SYSTEM']),
  value: z.string().nullish(),
  group_filter_type: z.enum(['STARTS_WITH', 'EQUALS', 'CONTAINS', 'REGEX']).nullish(),
  conditions: defaulted(z.object({ scopes: defaulted(texts(), []) }), { scopes: [] }),
  system: defaulted(z.boolean(), false),
  alwaysIncludeInToken: defaulted(z.boolean(), true),
});

export type Claim = z.infer<typeof claim>;

/** Belong to an authorization server. */
export const claimTable: Table<Claim> = { name: 'claims', idPrefix: 'ocl', schema: claim };

const accessPolicy = z.object({
  type: z.literal('OAUTH_AUTHORIZATION_POLICY'),
  name: requiredText(100),
  description: nullable(z.string()),
  priority: z.number().int().min(0).nullish(),
  system: defaulted(z.boolean(), false),
  conditions: defaulted(z.object({ clients: included() }), { clients: { include: [] } }),
});

export type AccessPolicy = z.infer<typeof accessPolicy>;

/** Belong to an authorization server. */
export const accessPolicyTable: Table<AccessPolicy> = {
  name: 'accessPolicies',
  idPrefix: '00p',
  schema: accessPolicy,
};

const minutes = (fallback: number) => defaulted(z.number().int().min(0), fallback);

const people = z.object({
  users: defaulted(z.object({ include: texts().optional(), exclude: defaulted(texts(), []) }), {
    exclude: [],
  }),
  groups: included(),
});

const accessRule = z.object({
  type: z.literal('RESOURCE_ACCESS'),
  name: requiredText(),
  priority: z.number().int().min(0).nullish(),
  system: defaulted(z.boolean(), false),
  conditions: z.object({
    people: defaulted(people, { users: { exclude: [] }, groups: { include: [] } }),
    grantTypes: z.object({ include: texts().min(1) }),
    scopes: included(),
  }),
  actions: z.object({
    token: z.object({
      accessTokenLifetimeMinutes: defaulted(z.number().int().min(5).max(1440), 60),
      refreshTokenLifetimeMinutes: minutes(0),
      refreshTokenWindowMinutes: minutes(10_080),
      inlineHook: open().nullish(),
    }),
  }),
});

export type AccessRule = z.infer<typeof accessRule>;

/** Belong to an access policy. */
export const accessRuleTable: Table<AccessRule> = {
  name: 'accessRules',
  idPrefix: '0pr',
  schema: accessRule,
};

/** What a server is to the OAuth endpoints; null: there is none of this id, or it is inactive. */
export function findServer(resources: Resources, id: string): AuthorizationServerEntity | null {
  const found = resources.of(serverTable).get(id);
  if (found === undefined || found.status === 'INACTIVE') return null;
  const policies = byPriority(resources.of(accessPolicyTable, id));
  const scopes = [...resources.of(scopeTable, id).values()].map(({ body }) => body);
  const namesOf = (some: readonly Scope[]) => some.map(({ name }) => name);
  return {
    id,
    audience: found.body.audiences[0] ?? '',
    scopes: namesOf(scopes),
    defaultScopes: namesOf(scopes.filter((one) => one.default)),
    publishedScopes: namesOf(scopes.filter((one) => one.metadataPublish === 'ALL_CLIENTS')),
    consentScopes: namesOf(scopes.filter(({ consent }) => consent === 'REQUIRED')),
    policies: policies.map((policy) => ({
      clientIds: policy.body.conditions.clients.include,
      rules: byPriority(resources.of(accessRuleTable, policy.id)).map(({ body }) => ({
        groupIds: body.conditions.people.groups.include,
        users: body.conditions.people.users,
        grantTypes: body.conditions.grantTypes.include,
        scopes: body.conditions.scopes.include,
        ...body.actions.token,
      })),
    })),
    claims: [...resources.of(claimTable, id).values()]
      .filter(({ status, body }) => status === 'ACTIVE' && !body.system)
      .map(({ body }) => body),
  };
}
