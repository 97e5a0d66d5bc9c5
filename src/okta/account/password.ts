import type { RunToCompletion } from '../../async/run-to-completion.ts';
import { AccountLocked, LogInDenied } from '../../identity/errors.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import type { Authn } from '../authn/client.ts';
import type { Management } from '../management/sdk.ts';
import { endSessionsAfterChange } from '../management/sessions.ts';
import { parseAnswer } from '../wire/answer.ts';
import { oktaCredentials } from '../wire/schemas.ts';

/** States of /api/v1/authn after a correct password. */
const afterPassword: ReadonlySet<string> = new Set([
  'SUCCESS',
  'MFA_ENROLL',
  'MFA_REQUIRED',
  'PASSWORD_EXPIRED',
  'PASSWORD_WARN',
]);

/**
 * The same in both flows: a log-in at /token would issue tokens, and with MFA its answer does not show
 * that the password was correct. The unused session token expires.
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
 * Checks the current password with a log-in, so that a stolen access token allows no faster guessing:
 * Okta documents no lockout for the change itself.
 */
export function createPasswordChange(options: Options): IdentityProvider['changePassword'] {
  const { checkPassword, management, runToCompletion, endAllSessions } = options;
  return async (user, { currentPassword, newPassword, endSessions }, context) => {
    await checkPassword({ email: user.login, password: currentPassword }, context);
    // An aborted request must not leave old sessions valid under the new password.
    await runToCompletion(context, async (ownContext) => {
      await management('users/credentials/change_password', ownContext, async (api) => {
        const changed = await api.changePassword({
          userId: user.id,
          // Also enforces the minimum age of the policy.
          strict: true,
          changePasswordRequest: {
            oldPassword: { value: currentPassword },
            newPassword: { value: newPassword },
          },
        });
        parseAnswer(changed, oktaCredentials);
      });
      if (endSessions) await endSessionsAfterChange(endAllSessions, user.id, ownContext);
    });
  };
}
