/** What a session cookie holds. No ID token: it would double the size, and nothing here needs it. */
export interface SessionTokens {
  readonly accessToken: string;
  /** Null where the app of the org gives none: the session ends with the access token. */
  readonly refreshToken: string | null;
  /** Of the access token, by the API's clock, in ms since 1970. */
  readonly expiresAt: number;
}

/** Tokens as the API gives them. */
interface ApiTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresAt: string;
}

export function tokensOf({ accessToken, refreshToken, expiresAt }: ApiTokens): SessionTokens {
  return { accessToken, refreshToken, expiresAt: Date.parse(expiresAt) };
}
