import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { refreshTokenEnd } from '../oauth/refresh-tokens.ts';
import { type Org, orgServerId } from '../org.ts';
import type {
  AccessTokenEntity,
  GrantEntity,
  RefreshTokenEntity,
  UserEntity,
} from '../store/entities.ts';
import type { ClientEntity } from '../store/oauth-settings.ts';
import { appEntity, type LogEntity, userEntity } from './log-event.ts';

const names = {
  access_token: 'Access Token',
  refresh_token: 'Refresh Token',
  id_token: 'ID Token',
} as const;

interface TokenFacts {
  readonly id: string;
  readonly type: keyof typeof names;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly userId: string | null;
}

function tokenEntity({ id, type, expiresAt, userId }: TokenFacts): LogEntity {
  return {
    id,
    type,
    displayName: names[type],
    detailEntry: {
      expires: new Date(expiresAt).toISOString(),
      ...(userId !== null && { subject: userId }),
      // Of the id, so that no client relies on a hash of the token that Okta does not promise.
      hash: createHash('sha256').update(`${type} ${id}`).digest('base64url'),
    },
  };
}

/** `jti` is the id of an access token. */
export function accessTokenEntity(token: AccessTokenEntity, { userId }: GrantEntity): LogEntity {
  const { jti: id, expiresAt } = token;
  return tokenEntity({ id, type: 'access_token', expiresAt, userId });
}

/** `oar…`: every token of a chain has the same id. */
export function refreshTokenEntity(token: RefreshTokenEntity, { userId }: GrantEntity): LogEntity {
  const { id } = token;
  return tokenEntity({ id, type: 'refresh_token', expiresAt: refreshTokenEnd(token), userId });
}

interface Granted {
  readonly client: ClientEntity;
  readonly grant: GrantEntity;
  readonly user: UserEntity | undefined;
  readonly scopes: readonly string[];
  readonly accessToken: AccessTokenEntity;
  readonly refreshToken: RefreshTokenEntity | null;
  /** The token itself. */
  readonly idToken: string | null;
  /** Of the request. */
  readonly grantType: string;
}

/** One event for each token that was issued. */
export function logGranted(org: Org, granted: Granted): void {
  const { client, grant, user, scopes, grantType } = granted;
  const { serverId } = grant;
  for (const [kind, token] of grantedTokens(granted)) {
    org.events.record({
      type:
        serverId === orgServerId
          ? (`app.oauth2.token.grant.${kind}` as const)
          : (`app.oauth2.as.token.grant.${kind}` as const),
      actor: appEntity(client),
      clientId: client.clientId,
      target: [token, ...(user === undefined ? [] : [userEntity(user)])],
      debugData: { grantType, authorizationServer: serverId, grantedScopes: scopes.join(',') },
    });
  }
}

function grantedTokens(granted: Granted): [TokenFacts['type'], LogEntity][] {
  const { grant, accessToken, refreshToken, idToken } = granted;
  const tokens: [TokenFacts['type'], LogEntity][] = [
    ['access_token', accessTokenEntity(accessToken, grant)],
  ];
  if (refreshToken !== null)
    tokens.push(['refresh_token', refreshTokenEntity(refreshToken, grant)]);
  if (idToken !== null) {
    const { jti: id = '', exp = 0 } = decodeJwt(idToken);
    const facts = { id, type: 'id_token', expiresAt: exp * 1000, userId: grant.userId } as const;
    tokens.push([facts.type, tokenEntity(facts)]);
  }
  return tokens;
}

/** A token request of a known client that was refused; `error` is OAuth's code. */
export function logRefused(
  org: Org,
  refused: { readonly client: ClientEntity; readonly serverId: string; readonly error: string },
): void {
  const { client, serverId, error } = refused;
  org.events.record({
    type: serverId === orgServerId ? 'app.oauth2.token.grant' : 'app.oauth2.as.token.grant',
    actor: appEntity(client),
    clientId: client.clientId,
    failure: error,
    debugData: { authorizationServer: serverId },
  });
}

/** @param client that requested it; null for the Users API, by an administrator or a service app */
export function logRevoked(
  org: Org,
  token: LogEntity,
  at: { readonly client: ClientEntity | null; readonly serverId: string },
): void {
  const { client, serverId } = at;
  org.events.record({
    type: serverId === orgServerId ? 'app.oauth2.token.revoke' : 'app.oauth2.as.token.revoke',
    ...(client !== null && { actor: appEntity(client), clientId: client.clientId }),
    target: [token],
    debugData: { authorizationServer: serverId },
  });
}

/** A refresh token was reused, which has ended its chain. */
export function logReuse(
  org: Org,
  token: LogEntity,
  of: { readonly client: ClientEntity; readonly user: UserEntity; readonly serverId: string },
): void {
  const { client, user, serverId } = of;
  org.events.record({
    type:
      serverId === orgServerId
        ? 'app.oauth2.token.detect_reuse'
        : 'app.oauth2.as.token.detect_reuse',
    actor: appEntity(client),
    clientId: client.clientId,
    failure: 'Detected refresh token reuse',
    target: [token, userEntity(user)],
    debugData: { authorizationServer: serverId },
  });
}
