import type { GrantEntity } from '../store/entities.ts';
import { issueTokens, openGrant } from './issue.ts';
import type { Lifetimes } from './policy.ts';
import { firstRefreshToken } from './refresh-tokens.ts';
import type { GrantRequest, TokenAnswer } from './request.ts';

/** How a user has signed in, and for what. */
interface SignIn extends Pick<GrantEntity, 'userId' | 'grantType' | 'scopes' | 'authTime' | 'amr'> {
  readonly lifetimes: Lifetimes;
  /** Of the authorization request. */
  readonly nonce: string | null;
}

/** Records the sign-in, and answers with the first tokens that come of it. */
export function issueFirstTokens(
  request: GrantRequest,
  { lifetimes, nonce, ...signIn }: SignIn,
): Promise<TokenAnswer> {
  const { org, server, client } = request;
  const grant = openGrant(org, { ...signIn, clientId: client.clientId, serverId: server.id });
  const refreshToken = firstRefreshToken(org, grant, { client, lifetimes });
  const { scopes } = signIn;
  return issueTokens({ ...request, grant, scopes, lifetimes, nonce, refreshToken });
}
