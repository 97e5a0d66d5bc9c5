import {
  ProviderMisconfigured,
  ResetTokenInvalid,
  UnlockTokenInvalid,
} from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import type { Authn } from '../authn/client.ts';
import type { AuthnTransaction } from '../wire/schemas.ts';
import { type OnOwnerMail, unlessRefused } from './recovery-mail.ts';

type Unlock = Pick<IdentityProvider, 'unlockMail' | 'unlockAccount'>;

/** Self-service unlock (developer.okta.com/docs/reference/api/authn/#unlock-account). */
export function createUnlock(
  { authn, onOwnerMail }: { readonly authn: Authn; readonly onOwnerMail: OnOwnerMail },
  ping: IdentityProvider['ping'],
): Unlock {
  return {
    // The call for the mail is the only one, so another has to say whether Okta is there at all.
    async unlockMail(email, context) {
      await ping(context);
      return unlessRefused('UNLOCK', onOwnerMail, (alone) => authn.sendUnlockMail(email, alone));
    },

    async unlockAccount(token, context) {
      const { status, recoveryType } = await redeem(token, context);
      // The token of a reset mail, which is used up by this: Okta has one endpoint for both.
      if (status === 'PASSWORD_RESET') throw new UnlockTokenInvalid();
      if (status !== 'SUCCESS' || recoveryType !== 'UNLOCK') {
        // RECOVERY: the policy asks for the answer to a security question, which this API does not ask.
        throw new ProviderMisconfigured(
          `authn/recovery/token: the password policy must allow unlock by e-mail alone (${status})`,
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
