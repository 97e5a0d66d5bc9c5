import {
  ProviderMisconfigured,
  ResetTokenInvalid,
  UnlockTokenInvalid,
} from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import type { Authn } from '../authn/client.ts';
import type { AuthnTransaction } from '../wire/schemas.ts';
import { type OnRecoveryMail, reportRefusal } from './recovery-mail.ts';

type Unlock = Pick<IdentityProvider, 'unlockMail' | 'unlockAccount'>;

/** Self-service unlock (developer.okta.com/docs/reference/api/authn/#unlock-account). */
export function createUnlock(
  { authn, onRecoveryMail }: { readonly authn: Authn; readonly onRecoveryMail: OnRecoveryMail },
  ping: IdentityProvider['ping'],
): Unlock {
  return {
    // The mail is sent after the answer, so a ping checks that Okta is available.
    async unlockMail(email, context) {
      await ping(context);
      return reportRefusal('UNLOCK', onRecoveryMail, (ownContext) =>
        authn.sendUnlockMail(email, ownContext),
      );
    },

    async unlockAccount(token, context) {
      const { status, recoveryType } = await redeem(token, context);
      // The token of a reset mail, now used: Okta has one endpoint for both.
      if (status === 'PASSWORD_RESET') throw new UnlockTokenInvalid();
      if (status !== 'SUCCESS' || recoveryType !== 'UNLOCK') {
        // RECOVERY: the policy requires a security question, which this API does not support.
        throw new ProviderMisconfigured(
          `authn/recovery/token: the password policy must allow unlock by e-mail alone (${status})`,
          'D37',
        );
      }
    },
  };

  async function redeem(token: string, context: CallContext): Promise<AuthnTransaction> {
    try {
      return await authn.openRecovery(token, context);
    } catch (error) {
      if (error instanceof ResetTokenInvalid) throw new UnlockTokenInvalid();
      throw error;
    }
  }
}
