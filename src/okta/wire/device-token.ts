import { createHash } from 'node:crypto';
import type { Shopper } from '../../identity/model.ts';

/** The most that Okta takes (developer.okta.com/docs/guides/device-context). */
const maxLength = 32;

/**
 * The device token of the shopper's device: the name that the frontend gave it or, where that is
 * longer than Okta accepts (a UUID with its hyphens has 36 characters), 32 hexadecimal characters of
 * its SHA-256. Null where no device is named.
 */
export function deviceTokenOf(shopper: Shopper | null): string | null {
  const name = shopper?.deviceId ?? null;
  if (name === null || name.length <= maxLength) return name;
  return createHash('sha256').update(name).digest('hex').slice(0, maxLength);
}
