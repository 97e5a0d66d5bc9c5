import { createHash } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { type EmbeddedEnv, notFound } from '../../http/responses.ts';
import type { Org } from '../../org.ts';
import { appKeyTable, appTable, secretTable } from '../../settings/apps.ts';
import { newToken } from '../../store/ids.ts';
import type { Resource } from '../../store/resources.ts';
import { isoDate } from '../../users/user-json.ts';
import { invalid, refused } from '../rest/bodies.ts';
import { type Kind, type Place, serve } from '../rest/collection.ts';
import { type Json, lifecycleLink, linkTo } from '../rest/json.ts';

type Ctx = Context<EmbeddedEnv>;

/** The app that a path is about. @throws ApiError E0000007 */
export function appOf(org: Org, c: Ctx): string {
  const id = c.req.param('app') ?? '';
  if (!org.store.resources.of(appTable).has(id)) throw notFound(id, 'AppInstance');
  return id;
}

const mostSecrets = 2;

const secretKind: Kind<{ client_secret: string }> = {
  table: secretTable,
  path: '/api/v1/apps/:app/credentials/secrets',
  scope: 'apps',
  type: 'OAuth2ClientSecret',
  operations: ['list', 'create', 'get', 'delete', 'lifecycle'],
  parent: appOf,
  created: 201,
  lifecycleAnswer: 'resource',
  complete: (json) => ({ ...json, client_secret: json['client_secret'] ?? newToken(64) }),
  json: secretJson,
  check({ org, parentId }) {
    if (org.store.resources.of(secretTable, parentId).size >= mostSecrets) {
      throw refused('client_secret', 'A client can have no more than two secrets.');
    }
  },
  mayDelete: refuseActive('client secret'),
  mayDeactivate({ org, parentId }) {
    const secrets = [...org.store.resources.of(secretTable, parentId).values()];
    if (secrets.filter(({ status }) => status === 'ACTIVE').length > 1) return;
    throw refused('client_secret', 'The last active secret of a client cannot be deactivated.');
  },
};

function refuseActive(what: string) {
  return (_: Place, { status }: Resource<unknown>): void => {
    if (status === 'ACTIVE') {
      throw refused('status', `An active ${what} cannot be deleted. Deactivate it first.`);
    }
  };
}

function secretJson({ org, parentId }: Place, secret: Resource<{ client_secret: string }>): Json {
  const { id, status, body } = secret;
  const self = `${org.url()}/api/v1/apps/${parentId}/credentials/secrets/${id}`;
  const hash = createHash('sha256').update(body.client_secret).digest().subarray(0, 16);
  return {
    id,
    created: isoDate(secret.created),
    lastUpdated: isoDate(secret.lastUpdated),
    status,
    client_secret: body.client_secret,
    secret_hash: hash.toString('base64url'),
    _links: {
      ...lifecycleLink(self, status),
      ...(status === 'INACTIVE' && { delete: linkTo(self, 'DELETE') }),
    },
  };
}

const keyKind: Kind<Json> = {
  table: appKeyTable,
  path: '/api/v1/apps/:app/credentials/jwks',
  scope: 'apps',
  type: 'JsonWebKey',
  operations: ['list', 'create', 'get', 'delete', 'lifecycle'],
  listAs: (keys) => ({ keys }),
  parent: appOf,
  created: 201,
  lifecycleAnswer: 'resource',
  json: ({ org, parentId }, key) => ({
    ...keyJson(key, { listed: true }),
    _links: keyLinks(org, parentId, key),
  }),
  check({ org, parentId }, body) {
    checkKey(body);
    const keys = [...org.store.resources.of(appKeyTable, parentId).values()];
    checkKeyIds([...keys.map((key) => key.body), body]);
  },
  mayDelete: refuseActive('key'),
};

/** @throws ApiError E0000001 for what is no public key, or a weak one */
function checkKey(key: Json): void {
  const { kty, n } = key;
  if (kty !== 'RSA' && kty !== 'EC') throw invalid('kty', 'must be RSA or EC', 'JsonWebKey');
  if (kty === 'RSA' && (typeof n !== 'string' || n.length < 341)) {
    throw refused(
      'JsonWebKey',
      "RSA key length in the 'jwks' is less than '2,048' bits for the given key.",
    );
  }
  if ('d' in key) throw refused('JsonWebKey', 'A private key must not be sent.');
}

/** @throws ApiError E0000001 where two keys share a `kid` */
function checkKeyIds(keys: readonly Json[]): void {
  const kids = keys.map(({ kid }) => kid);
  if (new Set(kids).size === kids.length) return;
  throw refused('JsonWebKey', "All keys in the 'jwks' must have a unique `kid`.");
}

/** In the place of those that the app has. @throws ApiError E0000001 for a bad key */
export function setKeys(org: Org, appId: string, keys: readonly Json[]): void {
  const { resources } = org.store;
  for (const key of keys) checkKey(key);
  checkKeyIds(keys);
  const before = [...resources.of(appKeyTable, appId).values()];
  resources.of(appKeyTable, appId).clear();
  for (const { status, id: _, created: _c, lastUpdated: _l, ...body } of keys) {
    const known = before.find((key) => key.body['kid'] === body['kid']);
    resources.add(appKeyTable, {
      parentId: appId,
      body,
      status: status === 'INACTIVE' ? 'INACTIVE' : 'ACTIVE',
      ...(known !== undefined && { id: known.id }),
    });
  }
}

/** @param options `listed`: as its own endpoint shows it, with its times */
export function keyJson(key: Resource<Json>, { listed }: { readonly listed: boolean }): Json {
  const { id, status, body } = key;
  const { kty, kid = null, use = null, ...material } = body;
  const parameters = kty === 'EC' ? { crv: null, ...material } : material;
  const times = { created: isoDate(key.created), lastUpdated: isoDate(key.lastUpdated) };
  return {
    kty,
    id,
    status,
    kid,
    use: listed ? (use ?? 'sig') : use,
    ...parameters,
    ...(listed && times),
  };
}

function keyLinks(org: Org, appId: string, { id, status }: Resource<Json>): Json {
  const self = `${org.url()}/api/v1/apps/${appId}/credentials/jwks/${id}`;
  return {
    ...lifecycleLink(self, status),
    ...(status === 'INACTIVE' && { delete: linkTo(self, 'DELETE') }),
  };
}

export function serveAppCredentials(app: Hono<EmbeddedEnv>, org: Org): void {
  serve(app, org, secretKind);
  serve(app, org, keyKind);
}
