import { isObject, notFound } from '../../http/responses.ts';
import type { Org } from '../../org.ts';
import { merged } from '../../settings/merged.ts';
import {
  type Policy,
  type PolicyType,
  policyTable,
  type Rule,
  ruleTable,
  ruleTypes,
} from '../../settings/policies.ts';
import { inOrder, rank } from '../../settings/priorities.ts';
import { randomId } from '../../store/ids.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { refused } from '../rest/bodies.ts';
import type { Kind, Place } from '../rest/collection.ts';
import { type Json, lifecycleLink, linkTo } from '../rest/json.ts';
import { findPolicy } from './find-policy.ts';

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
    if (org.store.resources.of(policyTable).has(id)) return id;
    const rule = c.req.param('id');
    throw rule === undefined ? notFound(id, 'Policy') : notFound(rule, 'PolicyRule');
  },
  json: ruleJson,
  select: (_, rules) => inOrder(rules),
  saved(at, resource, before) {
    const { org, c, parentId } = at;
    const { type } = findPolicy(at.org, at.parentId).body;
    const wasSystem = before?.system === true;
    resource.body = {
      ...resource.body,
      type: ruleTypes[type],
      system: wasSystem,
      conditions: wasSystem
        ? before.conditions
        : withoutBlanks(completedConditions(type, resource.body)),
      actions: withoutBlanks(completedActions(type, resource.body)),
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

const anyone = { people: { users: { exclude: [] } } };
const anywhere = { network: { connection: 'ANYWHERE' } };

/** What Okta fills in, by the type of the policy. */
const fallbackConditions: Partial<Record<PolicyType, Json>> = {
  OKTA_SIGN_ON: { ...anyone, ...anywhere, authContext: { authType: 'ANY' } },
  PASSWORD: { ...anyone, ...anywhere },
  MFA_ENROLL: { ...anyone, ...anywhere },
  ACCESS_POLICY: {
    ...anyone,
    ...anywhere,
    riskScore: { level: 'ANY' },
    userType: { include: [], exclude: [] },
  },
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
  return hasPlatform ? { ...rest, platform: merged({ exclude: [] }, platform) } : rest;
}

/** Lists that Okta does not show while they are empty. */
const hiddenLists = ['next', 'authenticationMethods', 'excludedAuthenticationMethods'];

/** Members without a value are none to Okta. */
function withoutBlanks(json: Json): Json {
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(clean);
    return isObject(value) ? withoutBlanks(value) : value;
  };
  const isBlank = (name: string, value: unknown) =>
    value === null || (hiddenLists.includes(name) && Array.isArray(value) && value.length === 0);
  return Object.fromEntries(
    Object.entries(json)
      .filter(([name, value]) => !isBlank(name, value))
      .map(([name, value]) => [name, clean(value)]),
  );
}

/** A chain of methods says by itself how many factors it has. */
function completedActions(type: PolicyType, { actions }: Rule): Json {
  const { appSignOn, ...rest } = merged(fallbackActions[type] ?? {}, actions);
  if (!isObject(appSignOn)) return appSignOn === undefined ? rest : { appSignOn, ...rest };
  const { verificationMethod, ...signOn } = appSignOn;
  if (!isObject(verificationMethod)) return { appSignOn };
  const { factorMode, ...method } = verificationMethod;
  const isChain = method['type'] === 'AUTH_METHOD_CHAIN';
  const { inactivityPeriod: _, ...chain } = method;
  const completed = isChain
    ? chain
    : { factorMode, reauthenticateIn: 'PT2H', ...method, ...constraintsOf(method) };
  return { appSignOn: { ...signOn, verificationMethod: completed } };
}

/** Of a constraint Okta reads the two kinds of factors. */
function constraintsOf({ constraints }: Json): Json {
  if (!Array.isArray(constraints)) return {};
  return {
    constraints: constraints.map((one) => {
      const { knowledge, possession } = isObject(one) ? one : {};
      return {
        ...(knowledge !== undefined && { knowledge }),
        ...(possession !== undefined && { possession }),
      };
    }),
  };
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
