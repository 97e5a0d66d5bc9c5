import type { RunToCompletion } from '../../async/run-to-completion.ts';
import { ProviderMisconfigured, ResetTokenInvalid } from '../../identity/errors.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import type { Authn } from '../authn/client.ts';
import type { Account, Lifecycle } from '../management/lifecycle.ts';
import { endSessionsAfterChange } from '../management/sessions.ts';
import type { AuthnTransaction } from '../wire/schemas.ts';
import {
  type PendingPassword,
  pendingPasswordOf,
  readPendingPassword,
  type SetPendingPassword,
} from './pending-password.ts';
import { mailBeforeReset, type OnRecoveryMail, reportRefusal } from './recovery-mail.ts';

type Recovery = Pick<IdentityProvider, 'passwordResetMail' | 'resetPassword'>;

interface Options {
  readonly authn: Authn;
  readonly runToCompletion: RunToCompletion;
  readonly endAllSessions: IdentityProvider['endAllSessions'];
  readonly lifecycle: Lifecycle;
  readonly setPendingPassword: SetPendingPassword;
  readonly onRecoveryMail: OnRecoveryMail;
}

/** Okta refuses recovery for every other account, whatever the policy says. */
function mayRecover(account: Account | null): boolean {
  return account?.hasPassword === true && ['ACTIVE', 'PASSWORD_EXPIRED'].includes(account.status);
}

export function createRecovery(options: Options): Recovery {
  const { authn, runToCompletion, endAllSessions, lifecycle, setPendingPassword, onRecoveryMail } =
    options;
  return {
    // One look-up and one mail call for every address, so that the number of calls reveals nothing.
    async passwordResetMail(email, context) {
      const account = await lifecycle.find(email, context);
      const mailFirst = mailBeforeReset(email, account, options);
      const report = mayRecover(account) ? onRecoveryMail : () => undefined;
      return (
        mailFirst ??
        reportRefusal('PASSWORD_RESET', report, (ownContext) =>
          authn.sendRecoveryMail(email, ownContext),
        )
      );
    },

    async resetPassword(proof, newPassword, context) {
      const pending =
        'token' in proof
          ? openedReset(await authn.openRecovery(proof.token, context))
          : readPendingPassword(proof.continuation);
      // An aborted request must not leave old sessions valid under the new password.
      await runToCompletion(context, async (ownContext) => {
        await setPendingPassword(pending, newPassword, ownContext);
        await endSessionsAfterChange(endAllSessions, pending.userId, ownContext);
      });
    },
  };
}

function openedReset(transaction: AuthnTransaction): PendingPassword {
  // The token of an unlock mail. Okta has accepted it, so the account is now unlocked, as intended.
  if (transaction.recoveryType === 'UNLOCK') throw new ResetTokenInvalid();
  if (transaction.status !== 'PASSWORD_RESET') {
    // RECOVERY: the policy requires a security question, which this API does not support.
    throw new ProviderMisconfigured(
      `authn/recovery/token: the password policy must allow recovery by e-mail alone (${transaction.status})`,
      'D35',
    );
  }
  return pendingPasswordOf(transaction);
}
