import type { RunToCompletion } from '../../async/run-to-completion.ts';
import { AccountLocked, LogInDenied } from '../../identity/errors.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import type { Authn } from '../authn/client.ts';
import type { Management } from '../management/sdk.ts';
import { endSessionsAfterChange } from '../management/sessions.ts';
import { matched } from '../wire/answer.ts';
import { oktaCredentials } from '../wire/schemas.ts';

/** Where /api/v1/authn stands once it has found the password right. */
const afterPassword: ReadonlySet<string> = new Set([
  'SUCCESS',
  'MFA_ENROLL',
  'MFA_REQUIRED',
  'PASSWORD_EXPIRED',
  'PASSWORD_WARN',
]);

/**
 * In both flows: a log-in by /token would leave tokens behind, and its answer does not show that the
 * password was right where MFA is required. The unused session token expires.
 */
export function createPasswordCheck(authn: Authn): IdentityProvider['checkPassword'] {
  return async (credentials, context) => {
    const { status } = await authn.signIn(credentials, context);
    if (status === 'LOCKED_OUT') throw new AccountLocked();
    if (!afterPassword.has(status)) throw new LogInDenied('STATE');
  };
}

interface Options {
  readonly checkPassword: IdentityProvider['checkPassword'];
  readonly management: Management;
  readonly runToCompletion: RunToCompletion;
  readonly endAllSessions: IdentityProvider['endAllSessions'];
}

/**
 * Checks the current password as a log-in does, so that a stolen access token allows no faster
 * guesses than a log-in: Okta documents no lockout for the change itself.
 */
export function createPasswordChange(options: Options): IdentityProvider['changePassword'] {
  const { checkPassword, management, runToCompletion, endAllSessions } = options;
  return async (user, { currentPassword, newPassword, endSessions }, context) => {
    await checkPassword({ email: user.login, password: currentPassword }, context);
    // From here on an aborted request must not leave old sessions alive under the new password.
    await runToCompletion(context, async (ownContext) => {
      await management('users/credentials/change_password', ownContext, async (api) => {
        const changed = await api.changePassword({
          userId: user.id,
          // Okta then also holds the policy's minimum age against it.
          strict: true,
          changePasswordRequest: {
            oldPassword: { value: currentPassword },
            newPassword: { value: newPassword },
          },
        });
        matched(changed, oktaCredentials);
      });
      if (endSessions) await endSessionsAfterChange(endAllSessions, user.id, ownContext);
    });
  };
}
