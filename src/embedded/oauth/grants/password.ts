import { OAuthError } from '../../http/responses.ts';
import { isAssigned } from '../../settings/apps.ts';
import type { UserEntity } from '../../store/entities.ts';
import { checkPassword } from '../../users/sign-in.ts';
import { issueFirstTokens } from '../issue.ts';
import { requirePasswordToBeEnough } from '../mfa.ts';
import { evaluatePolicy } from '../policy.ts';
import {
  type GrantRequest,
  notAssigned,
  required,
  type TokenAnswer,
  tooManyRequests,
} from '../request.ts';
import { checkConsent, requestedUserScopes } from '../scopes.ts';

export const grantType = 'password';

export async function handle(request: GrantRequest): Promise<TokenAnswer> {
  const { org, server, client, form } = request;
  const login = required(form, 'username');
  const password = required(form, 'password');
  const scopes = requestedUserScopes(server, form.get('scope'));
  evaluatePolicy(server, client, { grantType, scopes, user: null });
  checkConsent(server, client, scopes);
  if (!org.limits.allowUsername(login, 'token')) throw tooManyRequests();
  const user = await signIn(request, { login, password });
  if (!isAssigned(org.store, user, client)) throw notAssigned();
  const lifetimes = evaluatePolicy(server, client, { grantType, scopes, user });
  requirePasswordToBeEnough(request, user, scopes);
  return issueFirstTokens(request, {
    userId: user.id,
    grantType,
    scopes,
    lifetimes,
    authTime: org.now(),
    amr: ['pwd'],
    nonce: null,
  });
}

async function signIn(
  { org }: GrantRequest,
  credentials: { readonly login: string; readonly password: string },
): Promise<UserEntity> {
  const outcome = await checkPassword(org, credentials);
  switch (outcome.kind) {
    case 'ok':
      return outcome.user;
    case 'expired':
      throw invalidGrant('Password has expired.');
    default:
      throw invalidGrant('The credentials provided were invalid.');
  }
}

function invalidGrant(description: string): OAuthError {
  return new OAuthError(400, 'invalid_grant', description);
}
