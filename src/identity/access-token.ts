/** Okta issues no access token that lives longer, so older revocations can be forgotten. */
export const maxAccessTokenSeconds = 24 * 60 * 60;

/**
 * Characters of the longest token that is read anywhere: 32 KiB. Okta puts up to 100 groups into a
 * token (https://developer.okta.com/docs/guides/customize-tokens-groups-claim/main/), and their names
 * have up to 255 characters each: 100 names of 220 characters make some 31 kB of base64url. RFC 7519 sets no limit.
 * A header with such a token, and 16 KiB beside it, has to fit into `maxHeaderSize` of the server.
 */
export const maxTokenLength = 32 * 1024;

/** The issuer gave a token that is too long for this API to accept, so it is not handed out. */
export class TokenTooLong extends Error {}

/** Whether one of the tokens that come back to this API is longer than it reads. */
export function areTooLong(tokens: {
  readonly accessToken: string;
  readonly refreshToken: string | null;
}): boolean {
  const { accessToken, refreshToken } = tokens;
  return Math.max(accessToken.length, refreshToken?.length ?? 0) > maxTokenLength;
}
