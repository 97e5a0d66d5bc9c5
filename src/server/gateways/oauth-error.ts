/** RFC 6749 section 5.2, RFC 6750 section 3.1, and for the last one RFC 6749 section 4.1.2.1. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'temporarily_unavailable';

/** Ends a request as OAuth endpoints do. The message is a fixed text: nothing sent is in it. */
export class OAuthRefusal extends Error {
  readonly status: number;
  readonly error: OAuthErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    error: OAuthErrorCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}
