import type { IncomingHttpHeaders } from 'node:http';

/** The headers of a request, as the web or as Node has them. */
export type RequestHeaders = Headers | IncomingHttpHeaders;

/** A request of the web, of Node, or of a framework that has headers as one of these. */
export type RequestLike = { readonly headers: RequestHeaders } | RequestHeaders;

/** Longer than any the account API accepts. */
const maxLength = 32_768;
const space = 32;
/** What every access token of Okta is: a JWT in its compact form (RFC 7515 section 7.1). */
const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** What follows `Bearer` (RFC 6750 section 2.1), whatever it is; null where there is no such header. */
export function bearerToken(request: RequestLike): string | null {
  const header = authorizationOf(headersOf(request));
  if (header === null) return null;
  // The usual spelling, without a regular expression.
  const isUsual = header.startsWith('Bearer ') && !header.endsWith(' ');
  if (isUsual && header.charCodeAt(7) !== space) return header.slice(7);
  const [, token] = /^\s*bearer\s+(.*)$/i.exec(header) ?? [];
  return token === undefined ? null : token.trimEnd();
}

export function isTokenShaped(text: string): boolean {
  return text.length <= maxLength && jwt.test(text);
}

function headersOf(request: RequestLike): RequestHeaders {
  const { headers } = request as { headers?: unknown };
  // A plain object of headers may have one of that name.
  return typeof headers === 'object' && headers !== null
    ? (headers as RequestHeaders)
    : (request as RequestHeaders);
}

function authorizationOf(headers: RequestHeaders): string | null {
  if (isWeb(headers)) return headers.get('authorization');
  const { authorization } = headers;
  return typeof authorization === 'string' ? authorization : null;
}

function isWeb(headers: RequestHeaders): headers is Headers {
  return typeof headers.get === 'function';
}
