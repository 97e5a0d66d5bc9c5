import { createHash } from 'node:crypto';
import type { Shopper } from '../../identity/model.ts';

/** Okta's limit (developer.okta.com/docs/guides/device-context). */
const maxLength = 32;

/**
 * The device token of the shopper's device: the id that the frontend sent, or 32 hexadecimal
 * characters of its SHA-256 if it is longer than Okta accepts (a UUID with hyphens has 36 characters).
 * Null without a device id.
 */
export function deviceTokenOf(shopper: Shopper | null): string | null {
  const name = shopper?.deviceId ?? null;
  if (name === null || name.length <= maxLength) return name;
  return createHash('sha256').update(name).digest('hex').slice(0, maxLength);
}
