import { ProviderMisconfigured, UpstreamUnavailable } from '../identity/errors.ts';
import type { CallContext } from '../identity/model.ts';
import type { IdentityProvider } from '../identity/port.ts';
import { type Authn, given } from './authn.ts';
import { RecoveryRefused } from './errors.ts';
import type { Users } from './users.ts';
import type { AuthnTransaction } from './wire-types.ts';

type Recovery = Pick<IdentityProvider, 'requestPasswordReset' | 'resetPassword'>;

export function createRecovery(authn: Authn, users: Users): Recovery {
  return {
    async requestPasswordReset(email, context) {
      try {
        await authn.sendRecoveryMail(email, context);
      } catch (error) {
        // Okta says so of known accounts only, so it must not show.
        if (!(error instanceof RecoveryRefused)) throw error;
      }
    },

    async resetPassword(resetToken, newPassword, context) {
      const recovery = await authn.openRecovery(resetToken, context);
      const { stateToken, userId } = openedReset(recovery);
      // From here on a caller who goes away must not leave the new password beside old sessions.
      const detached = { requestId: context.requestId, signal: new AbortController().signal };
      await authn.resetPassword({ stateToken, newPassword }, detached);
      await endSessions(userId, detached);
    },
  };

  /** Once more after a failure, since by now the password is changed and the token is used up. */
  async function endSessions(userId: string, context: CallContext): Promise<void> {
    try {
      await users.endSessions(userId, context);
    } catch (error) {
      if (!(error instanceof UpstreamUnavailable)) throw error;
      await users.endSessions(userId, context);
    }
  }
}

function openedReset(transaction: AuthnTransaction) {
  if (transaction.status !== 'PASSWORD_RESET') {
    // RECOVERY: the policy asks for the answer to a security question, which this API does not ask.
    throw new ProviderMisconfigured(
      `authn/recovery/token: the password policy must allow recovery by e-mail alone (${transaction.status})`,
    );
  }
  return {
    stateToken: given(transaction.stateToken),
    userId: given(transaction._embedded?.user?.id),
  };
}
