import { z } from 'zod';
import { PasswordRejected } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import type { ExplainRejection } from '../account/explain-rejection.ts';
import { type Authn, required } from '../authn/client.ts';
import { readContinuation } from '../log-in/mfa-state.ts';
import { type AuthnTransaction, oktaId } from '../wire/schemas.ts';

const pendingPassword = z.object({
  stateToken: z.string(),
  userId: oktaId,
  login: z.string(),
  /** Epoch milliseconds. */
  expiresAt: z.number(),
});

/** A transaction in PASSWORD_RESET. Okta keeps it open until a password satisfies the policy. */
export type PendingPassword = z.infer<typeof pendingPassword>;

export function pendingPasswordOf(transaction: AuthnTransaction): PendingPassword {
  const { stateToken, expiresAt, _embedded } = transaction;
  return {
    stateToken: required(stateToken),
    userId: required(_embedded?.user?.id),
    login: required(_embedded?.user?.profile?.login),
    expiresAt: Date.parse(required(expiresAt)),
  };
}

/** @throws TransactionInvalid for a continuation of another step */
export function readPendingPassword(continuation: string): PendingPassword {
  return readContinuation(continuation, pendingPassword);
}

/**
 * @throws PasswordRejected with a continuation; ResetTokenInvalid if the transaction has expired
 */
export type SetPendingPassword = (
  pending: PendingPassword,
  password: string,
  context: CallContext,
) => Promise<void>;

export function createSetPendingPassword(
  authn: Authn,
  explain: ExplainRejection,
): SetPendingPassword {
  return async (pending, password, context) => {
    const { stateToken, login, expiresAt } = pending;
    try {
      await explain({ password, login }, context, () =>
        authn.resetPassword({ stateToken, newPassword: password }, context),
      );
    } catch (error) {
      if (!(error instanceof PasswordRejected)) throw error;
      const retry = { continuation: JSON.stringify(pending), expiresAt: new Date(expiresAt) };
      throw new PasswordRejected(error.violations, error.requirements, retry);
    }
  };
}
