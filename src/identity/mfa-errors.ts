import { AccountError } from './errors.ts';

/** Wrong, used or expired. The transaction stays valid for a few more codes. */
export class MfaCodeInvalid extends AccountError {
  readonly code = 'MFA_CODE_INVALID';
  constructor() {
    super('The code is not correct, or it is used or too old.');
  }
}

/** DENIED: the customer denied it on the phone. EXPIRED: the challenge was not answered in time. */
export type MfaRejection = 'DENIED' | 'EXPIRED';

/** The challenge can no longer be answered. The transaction stays valid for another one. */
export class MfaRejected extends AccountError {
  readonly code = 'MFA_REJECTED';
  readonly reason: MfaRejection;
  constructor(reason: MfaRejection) {
    super('The challenge was denied or not answered in time.');
    this.reason = reason;
  }
}

/** The account has no such factor. */
export class FactorNotFound extends AccountError {
  readonly code = 'FACTOR_NOT_FOUND';
  constructor() {
    super('The account has no such factor.');
  }
}

/** The org does not offer the factor to the account, or the account has it already. */
export class FactorNotAllowed extends AccountError {
  readonly code = 'FACTOR_NOT_ALLOWED';
  constructor() {
    super('The factor is not on offer for this account, or it is set up already.');
  }
}
