import type { Detached } from '../../async/detached.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import { endSessionsAfterChange } from '../end-sessions.ts';
import type { Management } from '../management/sdk.ts';
import { matched } from '../wire/answer.ts';
import { oktaCredentials } from '../wire/schemas.ts';

interface Options {
  readonly checkPassword: IdentityProvider['checkPassword'];
  readonly management: Management;
  readonly detached: Detached;
  readonly endAllSessions: IdentityProvider['endAllSessions'];
}

/**
 * Checks the present password as a log-in would, so that whoever holds an access token can guess no
 * faster than at the front door: Okta documents no lockout for the change itself.
 */
export function createPasswordChange(options: Options): IdentityProvider['changePassword'] {
  const { checkPassword, management, detached, endAllSessions } = options;
  return async (user, { currentPassword, newPassword, endSessions }, context) => {
    await checkPassword({ email: user.login, password: currentPassword }, context);
    // From here on a caller who goes away must not leave the new password beside old sessions.
    await detached(context, async (alone) => {
      await management('users/credentials/change_password', alone, async (api) => {
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
      if (endSessions) await endSessionsAfterChange(endAllSessions, user.id, alone);
    });
  };
}
