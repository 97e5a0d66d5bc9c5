/**
 * Why the API gave no answer. `CREDENTIALS`: it does not accept those of this backend, or they could not
 * be read. `UPSTREAM`: it had to ask Okta, which did not answer. `BEHIND`: no server of it has heard what
 * this backend has heard. `OVERLOADED`: too many questions wait in this backend.
 */
export type UnavailableCause =
  | 'NETWORK'
  | 'TIMEOUT'
  | 'CREDENTIALS'
  | 'RATE_LIMITED'
  | 'UPSTREAM'
  | 'BAD_ANSWER'
  | 'BEHIND'
  | 'OVERLOADED'
  | 'CLOSED';

/**
 * The account API gave no answer, so nothing is known: never a reason to log a customer out. Frameworks
 * that read `status` and `headers` of an error answer 503 with Retry-After. It carries no token.
 */
export class AccountApiUnavailable extends Error {
  override readonly name = 'AccountApiUnavailable';
  readonly status = 503;
  readonly statusCode = 503;
  readonly expose = true;
  readonly why: UnavailableCause;
  readonly retryAfterSeconds: number;

  constructor(why: UnavailableCause, retryAfterSeconds = 1) {
    super(`The account API gave no answer (${why}).`);
    this.why = why;
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterSeconds));
  }

  get headers(): Readonly<Record<string, string>> {
    return { 'Retry-After': String(this.retryAfterSeconds) };
  }
}
