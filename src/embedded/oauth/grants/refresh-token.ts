import { logReuse, refreshTokenEntity } from '../../events/token-events.ts';
import { OAuthError } from '../../http/responses.ts';
import { isAssigned } from '../../settings/apps.ts';
import type { GrantEntity, RefreshTokenEntity, UserEntity } from '../../store/entities.ts';
import { liveGrant } from '../access-tokens.ts';
import { issueTokens } from '../issue.ts';
import { evaluatePolicy } from '../policy.ts';
import { findRefreshToken, isReused, useRefreshToken } from '../refresh-tokens.ts';
import {
  type GrantRequest,
  notAssigned,
  required,
  type TokenAnswer,
  tooManyRequests,
} from '../request.ts';
import { splitScope } from '../scopes.ts';

export const grantType = 'refresh_token';

export async function handle(request: GrantRequest): Promise<TokenAnswer> {
  const { org, server, client, form } = request;
  const { token, grant, user } = findChain(request, required(form, 'refresh_token'));
  if (!org.limits.allowUsername(user.profile.login, 'token')) throw tooManyRequests();
  if (!isAssigned(org.store, user, client)) throw notAssigned();
  const scopes = narrowed(grant, form.get('scope'));
  const { grantType } = grant;
  const lifetimes = evaluatePolicy(server, client, { grantType, scopes, user });
  const refreshToken = useRefreshToken(org, token, client);
  return issueTokens({ ...request, grant, scopes, lifetimes, nonce: null, refreshToken });
}

interface Chain {
  readonly token: RefreshTokenEntity;
  readonly grant: GrantEntity;
  readonly user: UserEntity;
}

/** Ends the whole chain and its access tokens where a used token comes back too late. */
function findChain({ org, server, client, jkt }: GrantRequest, text: string): Chain {
  const token = findRefreshToken(org, text);
  const grant = token === null ? null : liveGrant(org, token.grantId);
  const user = org.store.users.get(grant?.userId ?? '');
  if (token === null || grant === null || user === undefined) throw invalid();
  if (grant.clientId !== client.clientId || grant.serverId !== server.id) throw invalid();
  if (jkt !== (grant.jkt ?? null)) throw invalid();
  if (isReused(org, token, client)) {
    grant.revoked = true;
    logReuse(org, refreshTokenEntity(token, grant), { client, user, serverId: server.id });
    throw invalid();
  }
  return { token, grant, user };
}

function narrowed(grant: GrantEntity, scope: string | null): readonly string[] {
  const wanted = splitScope(scope);
  const denied = wanted.filter((one) => !grant.scopes.includes(one));
  if (denied.length > 0) {
    throw new OAuthError(
      400,
      'access_denied',
      `Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: [${denied.join(', ')}].`,
    );
  }
  return wanted.length === 0 ? grant.scopes : wanted;
}

function invalid(): OAuthError {
  return new OAuthError(400, 'invalid_grant', 'The refresh token is invalid or expired.');
}
