import { createHash } from 'node:crypto';
import type { Shopper } from '../../identity/model.ts';

/** The most that Okta takes (developer.okta.com/docs/guides/device-context). */
const maxLength = 32;

/**
 * The shopper's device as Okta tells devices apart: by the name that the frontend has given it or, where
 * that is longer than Okta takes (a UUID with its hyphens has 36 characters), by 32 characters of its
 * SHA-256 in hexadecimal, the same for the same name. Null where no device is named.
 */
export function deviceTokenOf(shopper: Shopper | null): string | null {
  const name = shopper?.deviceId ?? null;
  if (name === null || name.length <= maxLength) return name;
  return createHash('sha256').update(name).digest('hex').slice(0, maxLength);
}
