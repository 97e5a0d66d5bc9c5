import type { Context, Hono } from 'hono';
import { ApiError, type EmbeddedEnv, notFound } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import { issuerOf, type Org } from '../../org.ts';
import { type AuthorizationServer, serverTable } from '../../settings/authorization-servers.ts';
import { addServerDefaults, defaultServerId } from '../../settings/default-org.ts';
import type { SigningKey } from '../../store/keys.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { refused } from '../rest/bodies.ts';
import { find, type Kind, othersOf, type Place, placeOf, serve } from '../rest/collection.ts';
import { type Json, lifecycleLink, linkTo } from '../rest/json.ts';
import { serveAccessPolicies } from './access-policies.ts';
import { serveClaims, serveScopes } from './scopes-and-claims.ts';

const path = '/api/v1/authorizationServers';
const day = 24 * 60 * 60_000;
const keysLive = 90 * day;

const serverKind: Kind<AuthorizationServer> = {
  table: serverTable,
  path,
  scope: 'authorizationServers',
  type: 'AuthorizationServer',
  operations: ['list', 'create', 'get', 'replace', 'delete', 'lifecycle'],
  created: 201,
  pages: { fallback: 200, most: 200 },
  json: serverJson,
  select({ c }, servers) {
    const q = c.req.query('q')?.toLowerCase();
    return [...servers.values()].filter(
      ({ body }) =>
        q === undefined ||
        body.name.toLowerCase().startsWith(q) ||
        body.audiences.some((audience) => audience.toLowerCase().startsWith(q)),
    );
  },
  check({ org }, { name }, before) {
    if (othersOf(org, serverTable, before).some(({ body }) => body.name === name)) {
      throw refused('name', 'name: An authorization server with this name already exists.');
    }
  },
  saved({ org }, { id }, before) {
    if (before === null) addServerDefaults(org.store.resources, id);
  },
  mayDelete: (_, server) => refuseDefault(server),
};

function refuseDefault({ id }: Resource<AuthorizationServer>): void {
  if (id === defaultServerId) {
    throw refused('id', 'The default authorization server cannot be deleted.');
  }
}

async function serverJson({ org }: Place, server: Resource<AuthorizationServer>): Promise<Json> {
  const { id, status, body } = server;
  const self = `${org.url()}${path}/${id}`;
  const issuer = issuerOf(org, id);
  const { rotationMode } = body.credentials.signing;
  const metadata = (name: string) => ({ name, ...linkTo(`${issuer}/.well-known/${name}`, 'GET') });
  return {
    id,
    name: body.name,
    description: body.description,
    audiences: body.audiences,
    issuer,
    issuerMode: body.issuerMode,
    status,
    created: isoDate(server.created),
    lastUpdated: isoDate(server.lastUpdated),
    credentials: {
      signing: {
        kid: (await org.keys.signing(id)).kid,
        rotationMode,
        lastRotated: isoDate(server.created),
        ...(rotationMode === 'AUTO' && { nextRotation: isoDate(server.created + keysLive) }),
      },
    },
    default: id === defaultServerId,
    _links: {
      rotateKey: linkTo(`${self}/credentials/lifecycle/keyRotate`, 'POST'),
      metadata: [metadata('oauth-authorization-server'), metadata('openid-configuration')],
      keys: linkTo(`${self}/credentials/keys`, 'GET'),
      claims: linkTo(`${self}/claims`, 'GET', 'POST'),
      policies: linkTo(`${self}/policies`, 'GET', 'POST'),
      self: linkTo(self, 'GET', 'DELETE', 'PUT'),
      scopes: linkTo(`${self}/scopes`, 'GET', 'POST'),
      ...lifecycleLink(self, status),
    },
  };
}

/** `/api/v1/authorizationServers`: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServer/ */
export function serveAuthorizationServers(app: Hono<EmbeddedEnv>, org: Org): void {
  const guard = requireManagement(org, 'authorizationServers');
  const serverOf = (c: Context<EmbeddedEnv>) => find(serverKind, placeOf(org, serverKind, c));
  app.use(`${path}/*`, guard, async (_, next) => {
    if (!org.store.apiAccessManagement) throw new ApiError('E0000015');
    await next();
  });
  serve(app, org, serverKind);
  serveScopes(app, org, serverIdOf);
  serveClaims(app, org, serverIdOf);
  serveAccessPolicies(app, org, serverIdOf);
  app.get(`${path}/:id/credentials/keys`, guard, async (c) => {
    const { id } = serverOf(c);
    return c.json(await keysJson(org, id));
  });
  app.post(`${path}/:id/credentials/lifecycle/keyRotate`, guard, async (c) => {
    const { id } = serverOf(c);
    await org.keys.rotateOf(id);
    return c.json(await keysJson(org, id));
  });
}

/** The authorization server that a path is about. @throws ApiError E0000007 */
function serverIdOf(org: Org, c: Context<EmbeddedEnv>): string {
  const id = c.req.param('server') ?? '';
  if (!org.store.resources.of(serverTable).has(id)) throw notFound(id, 'AuthorizationServer');
  return id;
}

async function keysJson(org: Org, serverId: string): Promise<Json[]> {
  const [active, next, ...retired] = await org.keys.published(serverId);
  const json = (status: string) => (key: SigningKey | undefined) =>
    key === undefined ? [] : [keyJson(org, { key, status, serverId })];
  return [
    ...json('ACTIVE')(active),
    ...json('NEXT')(next),
    ...retired.flatMap((key) => json('EXPIRED')(key)),
  ];
}

interface ShownKey {
  readonly key: SigningKey;
  readonly status: string;
  readonly serverId: string;
}

function keyJson(org: Org, { key, status, serverId }: ShownKey): Json {
  const { kty, e, n, kid, use, alg } = key.publicJwk;
  const self = `${org.url()}${path}/${serverId}/credentials/keys/${kid}`;
  return { status, alg, kty, e, n, kid, use, _links: { self: linkTo(self, 'GET') } };
}
