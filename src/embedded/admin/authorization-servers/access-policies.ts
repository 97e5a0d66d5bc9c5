import type { Context, Hono } from 'hono';
import { type EmbeddedEnv, notFound } from '../../http/responses.ts';
import type { Org } from '../../org.ts';
import {
  type AccessPolicy,
  type AccessRule,
  accessPolicyTable,
  accessRuleTable,
} from '../../settings/authorization-servers.ts';
import { inOrder, rank } from '../../settings/priorities.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { refused } from '../rest/bodies.ts';
import { type Kind, othersOf, type Place, serve } from '../rest/collection.ts';
import { type Json, lifecycleLink, linkTo } from '../rest/json.ts';

/** Finds the authorization server that a path is about. */
type ParentOf = (org: Org, c: Context<EmbeddedEnv>) => string;

const path = '/api/v1/authorizationServers/:server/policies';

const policyKind: Kind<AccessPolicy> = {
  table: accessPolicyTable,
  path,
  scope: 'authorizationServers',
  type: 'Policy',
  operations: ['list', 'create', 'get', 'replace', 'delete', 'lifecycle'],
  created: 201,
  complete: ({ system: _, ...json }) => json,
  json: policyJson,
  select: (_, policies) => inOrder(policies),
  saved({ org, parentId }, policy) {
    rank(org.store.resources.of(accessPolicyTable, parentId), policy);
  },
};

function policyJson({ org, parentId }: Place, policy: Resource<AccessPolicy>): Json {
  const { id, status, body } = policy;
  const self = `${org.url()}/api/v1/authorizationServers/${parentId}/policies/${id}`;
  return {
    id,
    status,
    name: body.name,
    description: body.description,
    priority: body.priority ?? 1,
    system: body.system,
    conditions: body.conditions,
    created: isoDate(policy.created),
    lastUpdated: isoDate(policy.lastUpdated),
    _links: {
      self: linkTo(self, 'GET', 'PUT', 'DELETE'),
      rules: linkTo(`${self}/rules`, 'GET'),
      ...lifecycleLink(self, status),
    },
    type: body.type,
  };
}

const ruleKind: Kind<AccessRule> = {
  table: accessRuleTable,
  path: `${path}/:policy/rules`,
  scope: 'authorizationServers',
  type: 'PolicyRule',
  operations: ['list', 'create', 'get', 'replace', 'delete', 'lifecycle'],
  created: 201,
  complete: ({ system: _, ...json }) => ({ type: 'RESOURCE_ACCESS', ...json }),
  json: ruleJson,
  select: (_, rules) => inOrder(rules),
  check({ org, parentId }, { name }, before) {
    if (othersOf(org, accessRuleTable, before, parentId).some(({ body }) => body.name === name)) {
      throw refused('name', 'name: Policy rule name already in use');
    }
  },
  saved({ org, parentId }, rule) {
    rank(org.store.resources.of(accessRuleTable, parentId), rule);
  },
};

function ruleJson({ org, c, parentId }: Place, rule: Resource<AccessRule>): Json {
  const { id, status, body } = rule;
  const server = c.req.param('server') ?? '';
  const policies = `${org.url()}/api/v1/authorizationServers/${server}/policies`;
  const self = `${policies}/${parentId}/rules/${id}`;
  const { inlineHook, ...token } = body.actions.token;
  return {
    id,
    status,
    name: body.name,
    priority: body.priority ?? 1,
    created: isoDate(rule.created),
    lastUpdated: isoDate(rule.lastUpdated),
    system: body.system,
    conditions: body.conditions,
    actions: {
      token: {
        ...token,
        ...(inlineHook !== undefined && inlineHook !== null && { inlineHook }),
      },
    },
    _links: {
      self: linkTo(self, 'GET', 'PUT', 'DELETE'),
      ...lifecycleLink(self, status),
    },
    type: body.type,
  };
}

/** Which clients get which scopes for how long. */
export function serveAccessPolicies(app: Hono<EmbeddedEnv>, org: Org, parent: ParentOf): void {
  serve(app, org, { ...policyKind, parent });
  serve(app, org, {
    ...ruleKind,
    parent(ofOrg, c) {
      const serverId = parent(ofOrg, c);
      const id = c.req.param('policy') ?? '';
      if (ofOrg.store.resources.of(accessPolicyTable, serverId).has(id)) return id;
      // Okta looks for the rule first.
      const rule = c.req.param('id');
      throw rule === undefined ? notFound(id, 'Policy') : notFound(rule, 'PolicyRule');
    },
  });
}
