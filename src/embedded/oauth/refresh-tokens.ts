import type { Org } from '../org.ts';
import type { GrantEntity, RefreshTokenEntity } from '../store/entities.ts';
import { newId, newToken } from '../store/ids.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';
import { isRefreshTokenExpired } from '../store/store.ts';
import type { Lifetimes } from './policy.ts';

/** The first of a chain; null if the client or the scopes do not request one. */
export function firstRefreshToken(
  org: Org,
  grant: GrantEntity,
  { client, lifetimes }: { readonly client: ClientEntity; readonly lifetimes: Lifetimes },
): RefreshTokenEntity | null {
  const wanted =
    grant.scopes.includes('offline_access') && client.grantTypes.includes('refresh_token');
  if (!wanted) return null;
  const expiresAt = lifetimes.refreshToken === null ? null : org.now() + lifetimes.refreshToken;
  return add(org, {
    id: newId('refreshToken'),
    grantId: grant.id,
    createdAt: org.now(),
    expiresAt,
    idleMs: lifetimes.refreshTokenIdle,
  });
}

/**
 * Uses a token, and returns the one to issue. With rotation that is a new token with the same id and
 * expiry. A token that is sent again within the leeway gets the same successor, since the first answer
 * may have been lost.
 */
export function useRefreshToken(
  org: Org,
  token: RefreshTokenEntity,
  client: ClientEntity,
): RefreshTokenEntity {
  token.lastUsedAt = org.now();
  if (client.refreshToken.rotation === 'STATIC') return token;
  const known = token.successor === null ? undefined : org.store.refreshTokens.get(token.successor);
  if (known !== undefined) return known;
  const successor = add(org, token);
  token.rotatedAt = org.now();
  token.successor = successor.token;
  return successor;
}

/** Whether a token was reused after the leeway. */
export function isReused(org: Org, token: RefreshTokenEntity, client: ClientEntity): boolean {
  if (token.rotatedAt === null) return false;
  return org.now() - token.rotatedAt >= client.refreshToken.leewaySeconds * 1000;
}

/** Null if unknown, revoked or expired. */
export function findRefreshToken(org: Org, text: string): RefreshTokenEntity | null {
  const token = org.store.refreshTokens.get(text);
  if (token === undefined || token.revoked || isRefreshTokenExpired(token, org.now())) return null;
  return token;
}

/** When it expires, unless it is used before. */
export function refreshTokenEnd(token: RefreshTokenEntity): number {
  return Math.min(token.lastUsedAt + token.idleMs, token.expiresAt ?? Number.POSITIVE_INFINITY);
}

function add(
  org: Org,
  chain: Pick<RefreshTokenEntity, 'id' | 'grantId' | 'createdAt' | 'expiresAt' | 'idleMs'>,
): RefreshTokenEntity {
  const token: RefreshTokenEntity = {
    id: chain.id,
    token: newToken(43),
    grantId: chain.grantId,
    createdAt: chain.createdAt,
    lastUsedAt: org.now(),
    expiresAt: chain.expiresAt,
    idleMs: chain.idleMs,
    rotatedAt: null,
    successor: null,
    revoked: false,
  };
  org.store.refreshTokens.set(token.token, token);
  return token;
}
