import type { Context, Hono } from 'hono';
import { ApiError, type EmbeddedEnv, isObject, notFound } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import {
  type Authenticator,
  authenticatorTable,
  knownAuthenticators,
} from '../../settings/authenticators.ts';
import { policiesOf } from '../../settings/policies.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { refused } from '../rest/bodies.ts';
import { find, type Kind, othersOf, type Place, placeOf, serve } from '../rest/collection.ts';
import { type Json, lifecycleLink, linkTo } from '../rest/json.ts';

const path = '/api/v1/authenticators';

const authenticatorKind: Kind<Authenticator> = {
  table: authenticatorTable,
  path,
  scope: 'authenticators',
  type: 'Authenticator',
  operations: ['list', 'create', 'get', 'replace', 'lifecycle'],
  lifecycleAnswer: 'resource',
  json: authenticatorJson,
  check({ org }, { key }, before) {
    if (knownAuthenticators[key] === undefined) throw new ApiError('E0000060');
    if (othersOf(org, authenticatorTable, before).some(({ body }) => body.key === key)) {
      throw refused('key', `An authenticator with the key ${key} exists already.`);
    }
  },
  saved({ c }, authenticator, before) {
    const { settings, ...body } = authenticator.body;
    authenticator.body = { ...body, settings: settings ?? before?.settings };
    if (before === null && c.req.query('activate') !== 'true') authenticator.status = 'INACTIVE';
  },
  mayDeactivate({ org }, { body }) {
    if (body.key === 'okta_password') {
      throw new ApiError('E0000001', {
        about: 'api.authenticator.error.unsupported.active.deactivate',
      });
    }
    const users = enrollmentPoliciesOf(org, body.key);
    if (users.length > 0) {
      throw new ApiError('E0000148', {
        causes: [`Authenticator Enrollment Policies: ${users.join(', ')}`],
      });
    }
  },
};

/** Names of the active policies that let users set it up. */
function enrollmentPoliciesOf(org: Org, key: string): string[] {
  return policiesOf(org.store.resources, 'MFA_ENROLL')
    .filter(({ body }) => {
      const list: unknown = body.settings?.['authenticators'];
      return Array.isArray(list) && list.some((one) => enrolls(one, key));
    })
    .map(({ body }) => body.name);
}

function enrolls(one: unknown, key: string): boolean {
  if (!isObject(one) || one['key'] !== key) return false;
  const { enroll } = one;
  return isObject(enroll) && enroll['self'] !== 'NOT_ALLOWED';
}

function authenticatorJson({ org }: Place, authenticator: Resource<Authenticator>): Json {
  const { id, status, body } = authenticator;
  const self = `${org.url()}${path}/${id}`;
  return {
    type: knownAuthenticators[body.key]?.type,
    id,
    key: body.key,
    status,
    name: body.name,
    created: isoDate(authenticator.created),
    lastUpdated: isoDate(authenticator.lastUpdated),
    ...(body.settings !== undefined && body.settings !== null && { settings: body.settings }),
    ...(body.provider !== undefined && body.provider !== null && { provider: body.provider }),
    _links: {
      self: linkTo(self, 'GET', 'PUT'),
      ...(body.key !== 'okta_password' && lifecycleLink(self, status)),
      methods: linkTo(`${self}/methods`, 'GET'),
      ...(body.key === 'okta_verify' && {
        enroll: linkTo(`${org.url()}/idp/authenticators`, 'POST'),
      }),
    },
  };
}

/** `/api/v1/authenticators`; each method is as active as its authenticator. */
export function serveAuthenticators(app: Hono<EmbeddedEnv>, org: Org): void {
  serve(app, org, authenticatorKind);
  const guard = requireManagement(org, 'authenticators');
  const methodsOf = (c: Context<EmbeddedEnv>): Json[] => {
    const { id, status, body } = find(authenticatorKind, placeOf(org, authenticatorKind, c));
    const self = `${org.url()}${path}/${id}/methods`;
    return (knownAuthenticators[body.key]?.methods ?? []).map((type) => ({
      type,
      status,
      _links: { self: linkTo(`${self}/${type}`, 'GET', 'PUT') },
    }));
  };
  app.get(`${path}/:id/methods`, guard, (c) => c.json(methodsOf(c)));
  app.get(`${path}/:id/methods/:method`, guard, (c) => {
    const type = c.req.param('method');
    const method = methodsOf(c).find((one) => one['type'] === type);
    if (method === undefined) throw notFound(type, 'AuthenticatorMethod');
    return c.json(method);
  });
}
