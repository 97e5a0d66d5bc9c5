import { AccountLocked, LogInDenied } from '../identity/errors.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { Authn } from './authn/client.ts';

/** Where /api/v1/authn stands once it has found the password right. */
const afterPassword: ReadonlySet<string> = new Set([
  'SUCCESS',
  'MFA_ENROLL',
  'MFA_REQUIRED',
  'PASSWORD_EXPIRED',
  'PASSWORD_WARN',
]);

/**
 * Under both flows: a log-in by /token would leave tokens behind, and there Okta cannot say that the
 * password was right where MFA is required. The session token that nobody uses ends by itself.
 */
export function createPasswordCheck(authn: Authn): IdentityProvider['checkPassword'] {
  return async (credentials, context) => {
    const { status } = await authn.signIn(credentials, context);
    if (status === 'LOCKED_OUT') throw new AccountLocked();
    if (!afterPassword.has(status)) throw new LogInDenied('STATE');
  };
}
