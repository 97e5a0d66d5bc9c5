import {
  AccountError,
  ProviderMisconfigured,
  ResetTokenInvalid,
  VerificationTokenInvalid,
} from '../../identity/errors.ts';
import type { CallContext, Credentials, Tokens } from '../../identity/model.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import type { Authn } from '../authn/client.ts';
import type { Lifecycle } from '../management/lifecycle.ts';
import type { AuthnTransaction } from '../wire/schemas.ts';
import {
  type PendingPassword,
  pendingPasswordOf,
  readPendingPassword,
  type SetPendingPassword,
} from './pending-password.ts';
import { activationMail, type OnRecoveryMail } from './recovery-mail.ts';

type Verification = Pick<IdentityProvider, 'verificationMail' | 'verifyEmail'>;

interface Options {
  readonly authn: Authn;
  readonly lifecycle: Lifecycle;
  readonly logIn: IdentityProvider['logIn'];
  readonly setPendingPassword: SetPendingPassword;
  readonly onRecoveryMail: OnRecoveryMail;
}

/** Okta's activation (developer.okta.com/docs/reference/api/authn/#activation): a mail, then a password. */
export function createVerification(options: Options): Verification {
  const { authn, lifecycle, logIn, setPendingPassword } = options;
  return {
    verificationMail: async (email, context) =>
      activationMail(await lifecycle.find(email, context), options),

    async verifyEmail(proof, password, context) {
      const pending =
        'token' in proof
          ? pendingAfterActivation(await authn.openActivation(proof.token, context))
          : readPendingPassword(proof.continuation);
      if (pending === null) return null;
      try {
        await setPendingPassword(pending, password, context);
      } catch (error) {
        if (error instanceof ResetTokenInvalid) throw new VerificationTokenInvalid();
        throw error;
      }
      return firstSession({ email: pending.login, password }, context);
    },
  };

  /** Null on failure. The account is ready, and an error would make the caller resend a used token. */
  async function firstSession(
    credentials: Credentials,
    context: CallContext,
  ): Promise<Tokens | null> {
    try {
      const outcome = await logIn(credentials, context);
      return outcome.kind === 'tokens' ? outcome.tokens : null;
    } catch (error) {
      if (error instanceof AccountError || error instanceof ProviderMisconfigured) return null;
      throw error;
    }
  }
}

/** Null if the account had a password before its activation, so none has to be set. */
function pendingAfterActivation(transaction: AuthnTransaction): PendingPassword | null {
  const { status, recoveryType } = transaction;
  if (status !== 'PASSWORD_RESET') return null;
  // The token of another type of mail.
  if (recoveryType === 'PASSWORD') throw new VerificationTokenInvalid();
  return pendingPasswordOf(transaction);
}
