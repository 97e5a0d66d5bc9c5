import { readFreshness } from './freshness.ts';

/** What a gateway requires of the token before it lets a request through. */
export interface ForwardAuthParams {
  readonly scopes: readonly string[];
  readonly freshness: NonNullable<ReturnType<typeof readFreshness>>;
}

/** What most gateways ask for. Not parsed, which would take longer than checking a cached token. */
const defaultParams: ForwardAuthParams = { scopes: [], freshness: { freshness: 'LOCAL' } };

/** RFC 6749 section 3.3. Any other character could end the header that names the scope. */
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/**
 * From the URL that the gateway is configured with: the query, or parameters of the path segment
 * (`/auth;scope=a`, RFC 3986 section 3.3) for one that puts the path and the query of its client
 * behind. What follows a slash is therefore the client's, and is ignored.
 * Null where a parameter is unknown, repeated or invalid: the check would be weaker than the gateway expects.
 */
export function readForwardAuthParams(url: string): ForwardAuthParams | null {
  if (url === '/auth') return defaultParams;
  const [, segment = '', query = ''] = /^\/auth(?:;([^/?]*))?(?:\?(.*)|\/.*)?$/.exec(url) ?? [];
  const parameters = new URLSearchParams(`${segment.replaceAll(';', '&')}&${query}`);
  const names = [...parameters.keys()];
  const isKnown = names.every((name) => ['scope', 'freshness', 'max_age'].includes(name));
  if (!isKnown || new Set(names).size < names.length) return null;
  const scopes = (parameters.get('scope') ?? '').split(' ').filter(Boolean);
  const freshness = readFreshness(parameters, ['LOCAL', 'CACHED']);
  if (freshness === null || !scopes.every((scope) => scopeToken.test(scope))) return null;
  if (parameters.has('scope') && scopes.length === 0) return null;
  return { scopes, freshness };
}
