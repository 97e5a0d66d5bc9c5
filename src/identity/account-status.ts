import { UpstreamUnavailable } from './errors.ts';
import type { User, UserStatus } from './model.ts';

/** Okta has ended the sessions of these accounts, but their access tokens may still be valid. */
const disabled: readonly UserStatus[] = ['SUSPENDED', 'DEPROVISIONED'];

/** Okta reports a status that this API does not know, so it cannot tell whether the account is enabled. */
class UnknownStatus extends Error {
  readonly code = 'UNKNOWN_STATUS';
}

/**
 * Why the owner of a valid token may not use it; null for an enabled account.
 * @param user null: the account does not exist
 * @throws UpstreamUnavailable for a status that is not known here: a refusal would end the session
 */
export function accountRefusal(user: User | null): 'ACCOUNT_NOT_FOUND' | 'ACCOUNT_DISABLED' | null {
  if (user === null) return 'ACCOUNT_NOT_FOUND';
  if (user.status === 'UNKNOWN') throw new UpstreamUnavailable({ cause: new UnknownStatus() });
  return disabled.includes(user.status) ? 'ACCOUNT_DISABLED' : null;
}
