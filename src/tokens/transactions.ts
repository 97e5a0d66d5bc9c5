/**
 * Sealed handles for steps that wait for the caller (JWE, `dir` + A256GCM): they carry the step's
 * state to the caller and back, so that the server keeps none.
 */
export interface Transactions {
  /** A handle that only `open` with the same purpose can read, until `expiresAt`. */
  seal(step: {
    readonly purpose: Purpose;
    readonly state: string;
    readonly expiresAt: Date;
  }): Promise<string>;
  /** @throws TransactionInvalid for a handle that is unknown, altered, expired, already opened here, or of another purpose */
  open(handle: string, purpose: Purpose): Promise<string>;
}

export type Purpose = 'CHANGE_EXPIRED_PASSWORD';
