import { maxTokenLength } from '../../identity/access-token.ts';
import type { TokenInvalidReason } from './model.ts';

/** A JWS in compact form (RFC 7515 section 7.1), decoded and NOT verified. */
interface UnverifiedJwt {
  readonly kind: 'jwt';
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

export type TokenShape =
  | UnverifiedJwt
  /** One part, no dots: a reference that only its issuer can read. */
  | { readonly kind: 'opaque' }
  | { readonly kind: 'malformed' };

// Stricter than base64 decoders, which skip line breaks, padding and the characters of plain base64.
const jwtPattern = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const opaquePattern = /^[A-Za-z0-9_-]+$/;

/** Classifies a token by its characters alone. What is too long is not decoded. */
export function readToken(token: string): TokenShape {
  if (token.length > maxTokenLength) return { kind: 'malformed' };
  if (opaquePattern.test(token)) return { kind: 'opaque' };
  if (!jwtPattern.test(token)) return { kind: 'malformed' };
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = decodeObject(head);
  const claims = decodeObject(body);
  if (header === null || claims === null || !isCanonical(signature)) return { kind: 'malformed' };
  return { kind: 'jwt', header, claims };
}

/** The claims of a JWT that `readToken` has called one; empty where there are none. */
export function claimsOf(jwt: string): UnverifiedJwt['claims'] {
  const start = jwt.indexOf('.') + 1;
  return decodeObject(jwt.slice(start, jwt.indexOf('.', start))) ?? {};
}

/** Okta sends no `typ`, `JWT`, or `at+jwt` (RFC 9068); ID, logout and DPoP tokens bear other types. */
const accessTokenTypes = new Set<unknown>([undefined, 'jwt', 'at+jwt']);

/**
 * Null for the header of an access token. Parameters that bring or point to a key (`jwk`, `jku`,
 * `x5u`, `x5c`) are neither used nor refused (RFC 8725 section 3.10).
 */
export function headerProblem(header: UnverifiedJwt['header']): TokenInvalidReason | null {
  if (header['alg'] !== 'RS256') return 'UNSUPPORTED_ALGORITHM';
  // Every critical extension is one that we do not understand (RFC 7515 section 4.1.11).
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) return 'MALFORMED';
  return accessTokenTypes.has(mediaType(header['typ'])) ? null : 'WRONG_TYPE';
}

/** RFC 7515 section 4.1.9: case does not count, and `application/` may be left out. */
function mediaType(typ: unknown): unknown {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
}

function decodeObject(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The last character may hold bits that no decoder reads: without this, one token has 16 spellings. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
