import { PasswordRejected, TransactionInvalid } from '../../identity/errors.ts';
import type { MailProof } from '../../identity/model.ts';
import type { Purpose } from '../../transactions/transactions.ts';
import type { Context } from '../base/context.ts';
import { PasswordRejectedOnce } from '../errors/password-rejected-once.ts';
import { finishStep, sealStep } from '../guards/pending-step.ts';

interface Redemption<Result> {
  /** The token of a mail, or the transaction of a PasswordRejected. */
  readonly token: string;
  readonly purpose: Extract<Purpose, 'RESET_PASSWORD' | 'VERIFY_EMAIL'>;
  /** The error of a token, for a transaction that has expired or is not one. */
  readonly invalid: () => Error;
  readonly redeem: (proof: MailProof) => Promise<Result>;
}

/** Sets a password by a mailed token or by what was given in its place. @throws what `redeem` throws */
export async function redeemMailProof<Result>(
  { token, purpose, invalid, redeem }: Redemption<Result>,
  context: Context,
): Promise<Result> {
  if (isTransaction(token)) {
    try {
      return await finishStep({ transaction: token, purpose }, context, (continuation) =>
        redeem({ continuation }),
      );
    } catch (error) {
      if (error instanceof PasswordRejected) throw new PasswordRejectedOnce(error, token);
      throw error instanceof TransactionInvalid ? invalid() : error;
    }
  }
  try {
    return await redeem({ token });
  } catch (error) {
    if (!(error instanceof PasswordRejected) || error.retry === null) throw error;
    const { continuation: state, expiresAt } = error.retry;
    const transaction = await sealStep({ purpose, state, expiresAt }, context);
    throw new PasswordRejectedOnce(error, transaction);
  }
}

/** The five parts of a JWE in its compact form; a token that Okta mails has no dot. */
function isTransaction(token: string): boolean {
  return token.split('.').length === 5;
}
