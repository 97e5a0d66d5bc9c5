import { notFound } from '../http/responses.ts';
import type { Org } from '../org.ts';
import { merged } from '../settings/merged.ts';
import {
  type Policy,
  type PolicyType,
  policyTable,
  type Rule,
  ruleTable,
  ruleTypes,
} from '../settings/policies.ts';
import { inOrder, rank } from '../settings/priorities.ts';
import { randomId } from '../store/ids.ts';
import type { Resource } from '../store/resources.ts';
import { isoDate } from '../users/user-json.ts';
import { refused } from './bodies.ts';
import type { Kind, Place } from './collection.ts';
import { type Json, lifecycleLink, linkTo } from './json.ts';

/** Of the Identity Engine: each policy has a last rule for all, and the first rule has the priority 0. */
export function hasCatchAll(type: PolicyType): boolean {
  return type === 'ACCESS_POLICY' || type === 'PROFILE_ENROLLMENT';
}

export const ruleKind: Kind<Rule> = {
  table: ruleTable,
  path: '/api/v1/policies/:policy/rules',
  scope: 'policies',
  type: 'PolicyRule',
  operations: ['list', 'create', 'get', 'replace', 'delete', 'lifecycle'],
  parent(org, c) {
    const id = c.req.param('policy') ?? '';
    if (!org.store.resources.of(policyTable).has(id)) throw notFound(id, 'Policy');
    return id;
  },
  json: ruleJson,
  select: (_, rules) => inOrder(rules),
  saved(at, resource, before) {
    const { org, c, parentId } = at;
    const { type } = policyOf(at).body;
    const wasSystem = before?.system === true;
    resource.body = {
      ...resource.body,
      type: ruleTypes[type],
      system: wasSystem,
      conditions: wasSystem ? before.conditions : completedConditions(type, resource.body),
      actions: merged(fallbackActions[type] ?? {}, resource.body.actions),
      ...(wasSystem && { priority: before.priority }),
    };
    if (!wasSystem) {
      const first = hasCatchAll(type) ? 0 : 1;
      rank(org.store.resources.of(ruleTable, parentId), resource, first);
    }
    if (c.req.query('activate') === 'false') resource.status = 'INACTIVE';
  },
  newId: ({ type }) => randomId(type === 'ACCESS_POLICY' ? 'rul' : '0pr'),
  mayDelete: (_, resource) => refuseSystemRule(resource),
  mayDeactivate: (_, resource) => refuseSystemRule(resource),
};

function refuseSystemRule({ body }: Resource<Rule>): void {
  if (body.system === true) {
    throw refused('PolicyRule', 'The default rule can be neither deleted nor deactivated.');
  }
}

function policyOf({ org, parentId }: Place): Resource<Policy> {
  const found = org.store.resources.of(policyTable).get(parentId);
  if (found === undefined) throw notFound(parentId, 'Policy');
  return found;
}

const anyone = { people: { users: { exclude: [] } } };
const anywhere = { network: { connection: 'ANYWHERE' } };

/** What Okta fills in, by the type of the policy. */
const fallbackConditions: Partial<Record<PolicyType, Json>> = {
  OKTA_SIGN_ON: { ...anyone, ...anywhere, authContext: { authType: 'ANY' } },
  PASSWORD: { ...anyone, ...anywhere },
  MFA_ENROLL: { ...anyone, ...anywhere },
  ACCESS_POLICY: { ...anyone, ...anywhere, userType: { include: [], exclude: [] } },
};

const fallbackActions: Partial<Record<PolicyType, Json>> = {
  OKTA_SIGN_ON: {
    signon: {
      access: 'ALLOW',
      requireFactor: false,
      primaryFactor: 'PASSWORD_IDP',
      rememberDeviceByDefault: false,
      session: {
        usePersistentCookie: false,
        maxSessionIdleMinutes: 120,
        maxSessionLifetimeMinutes: 0,
      },
    },
  },
  PASSWORD: {
    passwordChange: { access: 'DENY' },
    selfServicePasswordReset: { access: 'DENY' },
    selfServiceUnlock: { access: 'DENY' },
  },
  ACCESS_POLICY: { appSignOn: { keepMeSignedIn: { postAuth: 'NOT_ALLOWED' } } },
};

function completedConditions(type: PolicyType, { conditions }: Rule): Json {
  const { platform, ...rest } = merged(fallbackConditions[type] ?? {}, conditions);
  // An empty condition of platforms is none to Okta.
  const hasPlatform = platform !== undefined && JSON.stringify(platform) !== '{}';
  return hasPlatform ? { ...rest, platform } : rest;
}

export function addCatchAllRule(org: Org, policy: Resource<Policy>): void {
  const { type } = policy.body;
  const verificationMethod = {
    factorMode: '2FA',
    type: 'ASSURANCE',
    reauthenticateIn: 'PT12H',
    constraints: [{ possession: { required: true, deviceBound: 'REQUIRED' } }],
  };
  const actions =
    type === 'ACCESS_POLICY'
      ? {
          appSignOn: {
            access: 'ALLOW',
            verificationMethod,
            keepMeSignedIn: { postAuth: 'NOT_ALLOWED' },
          },
        }
      : { profileEnrollment: { access: 'DENY' } };
  org.store.resources.add(ruleTable, {
    parentId: policy.id,
    id: randomId('rul'),
    body: {
      type: ruleTypes[type],
      name: 'Catch-all Rule',
      priority: 99,
      system: true,
      conditions: null,
      actions,
    },
  });
}

function ruleJson({ org, parentId }: Place, { id, status, body, ...times }: Resource<Rule>): Json {
  const self = `${org.url()}/api/v1/policies/${parentId}/rules/${id}`;
  const isSystem = body.system === true;
  return {
    id,
    status,
    name: body.name,
    priority: body.priority ?? 1,
    created: isoDate(times.created),
    lastUpdated: isoDate(times.lastUpdated),
    system: isSystem,
    conditions: body.conditions,
    actions: body.actions,
    _links: {
      self: isSystem ? linkTo(self, 'GET', 'PUT') : linkTo(self, 'GET', 'PUT', 'DELETE'),
      ...(!isSystem && lifecycleLink(self, status)),
    },
    type: body.type ?? null,
  };
}
