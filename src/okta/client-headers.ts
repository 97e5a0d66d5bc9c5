import type { Shopper } from '../identity/model.ts';
import { deviceTokenOf } from './wire/device-token.ts';
import type { OktaEndpoint } from './wire/endpoints.ts';

/**
 * Refusals here have one code for many reasons, which the error table tells apart by Okta's words.
 * Okta words them in the language that is asked for (okta-signin-widget#1708) or, unasked, in that
 * of the brand, and the table knows the English ones. OAuth's descriptions are for developers and
 * ASCII (RFC 6749 section 5.2), so they are left out here.
 */
const refusesInWords: ReadonlySet<OktaEndpoint> = new Set([
  'authn/credentials/change_password',
  'authn/credentials/reset_password',
  'authn/factors/enroll',
  'users/create',
  'users/credentials/change_password',
  'users/factors/enroll',
  'users/update',
]);

/**
 * On whose behalf a call is made. Okta takes X-Forwarded-For only from addresses that the org lists as
 * trusted proxies (developer.okta.com/docs/reference/core-okta-api, IP address). X-Device-Token is what
 * the "new device" behaviour of Identity Engine reads (guides/device-context); the authn flow names the
 * device in the body.
 */
export function clientHeaders(
  endpoint: OktaEndpoint,
  shopper: Shopper | null,
): Readonly<Record<string, string>> {
  const deviceToken = deviceTokenOf(shopper);
  const language = refusesInWords.has(endpoint) ? 'en' : (shopper?.language ?? null);
  return {
    'user-agent': shopper?.userAgent ?? 'okta-account-api',
    ...(shopper?.clientIp ? { 'x-forwarded-for': shopper.clientIp } : {}),
    ...(deviceToken === null ? {} : { 'x-device-token': deviceToken }),
    ...(language === null ? {} : { 'accept-language': language }),
  };
}
