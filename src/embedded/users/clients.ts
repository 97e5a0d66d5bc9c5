import type { Context, Hono } from 'hono';
import { logRevoked, refreshTokenEntity } from '../events/token-events.ts';
import { ApiError, type EmbeddedEnv, notFound } from '../http/responses.ts';
import { liveGrant } from '../oauth/access-tokens.ts';
import { refreshTokenEnd } from '../oauth/refresh-tokens.ts';
import { issuerOf, type Org, orgServerId } from '../org.ts';
import { findApp, findClient } from '../settings/apps.ts';
import type { GrantEntity, RefreshTokenEntity, UserEntity } from '../store/entities.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';
import { isRefreshTokenExpired } from '../store/store.ts';
import { isoDate, requireUser } from './user-json.ts';

const maxPage = 200;
const defaultPage = 20;

/** The last of a chain of refresh tokens: the one that works, with what it belongs to. */
interface Issued {
  readonly token: RefreshTokenEntity;
  readonly grant: GrantEntity;
  readonly client: ClientEntity;
  readonly user: UserEntity;
}

/** `/api/v1/users/{id}/clients`: the apps that hold refresh tokens of a user, and those tokens. */
export function addUserClients(app: Hono<EmbeddedEnv>, org: Org): void {
  const base = '/api/v1/users/:id/clients';
  const issued = (c: Context<EmbeddedEnv>): Issued[] => {
    const found = issuedTo(org, requireUser(org, c.req.param('id') ?? ''));
    const clientId = c.req.param('clientId');
    if (clientId === undefined) return found;
    if (findApp(org.store.resources, clientId) === null) throw notFound(clientId, 'Client');
    return found.filter(({ client }) => client.clientId === clientId);
  };
  const one = (c: Context<EmbeddedEnv>): Issued => {
    const tokenId = c.req.param('tokenId') ?? '';
    const found = issued(c).find(({ token }) => token.id === tokenId);
    if (found === undefined) throw notFound(tokenId, 'OAuth2RefreshToken');
    return found;
  };
  const revoke = (c: Context<EmbeddedEnv>, tokens: readonly Issued[]) => {
    for (const { token, grant } of tokens) {
      grant.revoked = true;
      const entity = refreshTokenEntity(token, grant);
      logRevoked(org, entity, { client: null, serverId: grant.serverId });
    }
    return c.body(null, 204);
  };

  app.get(base, (c) => c.json(clientsOf(issued(c)).map((entry) => clientJson(org, entry))));
  app.get(`${base}/:clientId/tokens`, (c) => listTokens(org, c, issued(c)));
  app.delete(`${base}/:clientId/tokens`, (c) => revoke(c, issued(c)));
  app.get(`${base}/:clientId/tokens/:tokenId`, (c) => c.json(tokenJson(org, one(c))));
  app.delete(`${base}/:clientId/tokens/:tokenId`, (c) => revoke(c, [one(c)]));
}

function issuedTo(org: Org, user: UserEntity): Issued[] {
  const found: Issued[] = [];
  for (const token of org.store.refreshTokens.values()) {
    if (token.successor !== null || token.revoked || isRefreshTokenExpired(token, org.now()))
      continue;
    const grant = liveGrant(org, token.grantId);
    const client = findClient(org.store.resources, grant?.clientId ?? '');
    if (grant?.userId !== user.id || client === null) continue;
    found.push({ token, grant, client, user });
  }
  return found;
}

function clientsOf(issued: readonly Issued[]): Issued[] {
  return [...new Map(issued.map((entry) => [entry.client.clientId, entry])).values()];
}

function listTokens(org: Org, c: Context<EmbeddedEnv>, issued: readonly Issued[]): Response {
  const limit = limitOf(c.req.query('limit'));
  const start = startOf(issued, c.req.query('after'));
  const page = issued.slice(start, start + limit);
  const { outgoing } = c.env;
  outgoing.appendHeader('link', `<${c.req.url}>; rel="self"`);
  const last = page.at(-1);
  if (last !== undefined && start + limit < issued.length) {
    const next = new URL(c.req.url);
    next.searchParams.set('after', cursorOf(last));
    next.searchParams.set('limit', String(limit));
    outgoing.appendHeader('link', `<${next.href}>; rel="next"`);
  }
  return c.json(page.map((entry) => tokenJson(org, entry)));
}

function limitOf(limit: string | undefined): number {
  if (limit === undefined) return defaultPage;
  if (!/^[1-9]\d{0,8}$/.test(limit)) throw new ApiError('E0000020');
  return Math.min(Number(limit), maxPage);
}

const cursorOf = ({ token }: Issued) => Buffer.from(token.id).toString('base64url');

function startOf(issued: readonly Issued[], after: string | undefined): number {
  if (after === undefined) return 0;
  const index = issued.findIndex((entry) => cursorOf(entry) === after);
  if (index === -1) throw new ApiError('E0000020');
  return index + 1;
}

function clientJson(org: Org, { client, user }: Issued): Record<string, unknown> {
  const self = `${org.url()}/api/v1/users/${user.id}/clients/${client.clientId}`;
  return {
    client_id: client.clientId,
    client_name: client.label,
    _links: { grants: { href: `${self}/grants` }, tokens: { href: `${self}/tokens` } },
  };
}

function tokenJson(org: Org, { token, grant, client, user }: Issued): Record<string, unknown> {
  const api = `${org.url()}/api/v1`;
  const self = `${api}/users/${user.id}/clients/${client.clientId}/tokens/${token.id}`;
  return {
    id: token.id,
    status: 'ACTIVE',
    created: isoDate(token.createdAt),
    lastUpdated: isoDate(token.lastUsedAt),
    expiresAt: isoDate(refreshTokenEnd(token)),
    issuer: issuerOf(org, grant.serverId),
    clientId: client.clientId,
    userId: user.id,
    scopes: grant.scopes,
    _links: {
      app: { href: `${api}/apps/${client.clientId}`, title: client.label },
      self: { href: self },
      revoke: { href: self, hints: { allow: ['DELETE'] } },
      client: { href: `${org.url()}/oauth2/v1/clients/${client.clientId}`, title: client.label },
      user: { href: `${api}/users/${user.id}`, title: user.profile.login },
      ...(grant.serverId !== orgServerId && {
        authorizationServer: {
          href: `${api}/authorizationServers/${grant.serverId}`,
          title: grant.serverId,
        },
      }),
    },
  };
}
