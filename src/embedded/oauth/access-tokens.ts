import { errors, jwtVerify } from 'jose';
import { issuerOf, type Org, orgServerId } from '../org.ts';
import { findClient } from '../settings/apps.ts';
import type { AccessTokenEntity, GrantEntity, UserEntity } from '../store/entities.ts';
import type { SigningKey } from '../store/keys.ts';

/** A valid access token of this org. */
export interface LiveAccessToken {
  readonly token: AccessTokenEntity;
  readonly grant: GrantEntity;
  /** Null for client credentials. */
  readonly user: UserEntity | null;
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * Null for everything that is not a live access token of this authorization server: revoked,
 * expired, foreign, malformed, or of a user who is no longer active.
 */
export async function liveAccessToken(
  org: Org,
  serverId: string,
  jwt: string,
): Promise<LiveAccessToken | null> {
  const claims = await verifiedClaims(org, jwt, {
    issuer: issuerOf(org, serverId),
    keys: await accessTokenKeys(org, serverId),
  });
  const token = org.store.accessTokens.get(String(claims?.['jti']));
  if (claims === null || token === undefined || token.revoked) return null;
  const grant = liveGrant(org, token.grantId);
  if (grant === null || grant.serverId !== serverId) return null;
  const user = grant.userId === null ? null : (org.store.users.get(grant.userId) ?? null);
  return { token, grant, user, claims };
}

/** Null if it was revoked, its client was deleted, or its user is not active. */
export function liveGrant(org: Org, grantId: string): GrantEntity | null {
  const grant = org.store.grants.get(grantId);
  if (
    grant === undefined ||
    grant.revoked ||
    findClient(org.store.resources, grant.clientId) === null
  )
    return null;
  if (grant.userId === null) return grant;
  return org.store.users.get(grant.userId)?.status === 'ACTIVE' ? grant : null;
}

/** An unexpired ID token of this server, of an active user; otherwise null. */
export async function liveIdToken(
  org: Org,
  serverId: string,
  jwt: string,
): Promise<{ readonly user: UserEntity; readonly claims: Record<string, unknown> } | null> {
  const claims = await verifiedClaims(org, jwt, {
    issuer: issuerOf(org, serverId),
    keys: await org.keys.published(serverId),
  });
  const user = org.store.users.get(String(claims?.['sub']));
  return claims !== null && user?.status === 'ACTIVE' ? { user, claims } : null;
}

async function accessTokenKeys(org: Org, serverId: string): Promise<SigningKey[]> {
  return serverId === orgServerId
    ? [await org.keys.orgAccessTokens()]
    : org.keys.published(serverId);
}

async function verifiedClaims(
  org: Org,
  jwt: string,
  by: { readonly issuer: string; readonly keys: readonly SigningKey[] },
): Promise<Record<string, unknown> | null> {
  const keyOf = (header: { kid?: string }) => {
    const key = by.keys.find((candidate) => candidate.kid === header.kid);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key.publicKey;
  };
  try {
    const { payload } = await jwtVerify(jwt, keyOf, {
      issuer: by.issuer,
      algorithms: ['RS256'],
      currentDate: new Date(org.now()),
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}
