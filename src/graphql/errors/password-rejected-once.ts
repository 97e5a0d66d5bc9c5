import { PasswordRejected } from '../../identity/errors.ts';

/**
 * A rejected password after which the mailed token is used up: a sealed handle replaces the token.
 */
export class PasswordRejectedOnce extends PasswordRejected {
  readonly retryTransaction: string;
  constructor({ violations, requirements }: PasswordRejected, retryTransaction: string) {
    super(violations, requirements);
    this.retryTransaction = retryTransaction;
  }
}

/**
 * By its member: Pothos wraps the error, so `instanceof` does not work. Null for a rejection without a
 * handle.
 */
export function retryTransactionOf(error: PasswordRejected): string | null {
  const handle = 'retryTransaction' in error ? error.retryTransaction : null;
  return typeof handle === 'string' ? handle : null;
}
