/** Okta's maximum life of an access token, after which its revocation can be forgotten. */
export const maxAccessTokenSeconds = 24 * 60 * 60;

/**
 * The maximum length of a token that this API accepts: 32 KiB. Okta puts up to 100 groups into a
 * token (https://developer.okta.com/docs/guides/customize-tokens-groups-claim/main/), and their names
 * have up to 255 characters each: 100 names of 220 characters make some 31 kB of base64url. RFC 7519 sets no limit.
 * A header with such a token and 16 KiB of other headers has to fit into `maxHeaderSize` of the server.
 */
export const maxTokenLength = 32 * 1024;

/** The issuer issued a token that is longer than this API accepts, so callers do not get it. */
export class TokenTooLong extends Error {}

/** Whether one of the tokens that callers send back is longer than this API accepts. */
export function areTooLong(tokens: {
  readonly accessToken: string;
  readonly refreshToken: string | null;
}): boolean {
  const { accessToken, refreshToken } = tokens;
  return Math.max(accessToken.length, refreshToken?.length ?? 0) > maxTokenLength;
}
