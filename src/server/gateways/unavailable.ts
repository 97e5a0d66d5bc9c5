import { type AccountError, RateLimited } from '../../identity/errors.ts';

/** Where nobody has said how long it takes. */
const defaultWaitSeconds = 1;

/** For an answer that Okta was needed for and did not give. */
export function retryAfter(error: AccountError): Readonly<Record<string, string>> {
  const seconds = error instanceof RateLimited ? error.retryAfterSeconds : defaultWaitSeconds;
  return { 'Retry-After': `${seconds}` };
}
