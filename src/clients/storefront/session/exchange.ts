/** One request of a browser to the storefront, and how to add to its answer. */
export interface Exchange {
  readonly headers: Headers;
  readonly method: string;
  readonly url: URL;
  /** The peer of the socket, where the framework knows it. Read only with `trustedHops: 0`. */
  readonly address?: string | undefined;
  /** Left out where the answer cannot take a cookie any more, or never could. */
  readonly write?: WriteCookies | undefined;
}

/** The same where cookies can be set. */
export interface WritableExchange extends Exchange {
  readonly write: WriteCookies;
}

/**
 * Takes whole `Set-Cookie` values, one each, never joined; and the headers that keep the answer out of
 * caches, which belong to it as soon as it sets one.
 */
export type WriteCookies = (
  setCookies: readonly string[],
  headers: Readonly<Record<'cache-control' | 'vary', string>>,
) => void;

/**
 * Tells what reads this request, and cannot refresh, why the proxy before it could not. A browser that
 * sends it misleads its own page alone.
 */
export const degradedHeader = 'x-okta-account-degraded';

/** An exchange that can only be read, of a request or of what a framework leaves of one. */
export function readOnly(source: Request | Headers): Exchange {
  // Not by instanceof: frameworks have classes of their own. Nor by `headers`: those of Next have one too.
  if (!('url' in source)) return { headers: source, method: 'GET', url: urlOf(source) };
  return { headers: source.headers, method: source.method, url: new URL(source.url) };
}

/** Of a request whose address the framework does not tell. */
export function urlOf(headers: Headers): URL {
  const host = headers.get('host') ?? 'localhost';
  const url = new URL(URL.canParse(`https://${host}`) ? `https://${host}` : 'https://localhost');
  if (isLoopback(url.hostname)) url.protocol = 'http:';
  return url;
}

/**
 * The storefront as the browser sees it. A page of another site cannot make a browser send the
 * forwarding headers, so they may be believed for what the same browser gets back.
 */
export function publicUrl({ headers, url }: Exchange): URL {
  const host = firstOf(headers.get('x-forwarded-host')) ?? headers.get('host') ?? url.host;
  const protocol = firstOf(headers.get('x-forwarded-proto')) ?? url.protocol.replace(':', '');
  // Another scheme would have the origin "null", as a sandboxed frame has.
  const seen = `${protocol === 'http' ? 'http' : 'https'}://${host}`;
  return URL.canParse(seen) ? new URL(seen) : url;
}

/**
 * Whether cookies are `Secure` and have the prefix `__Host-`: always but on loopback over plain http,
 * where Safari refuses them (https://github.com/mdn/content/issues/41366).
 * @param origins of the settings: a public one rules the exception out
 */
export function isSecure(exchange: Exchange, origins: readonly string[]): boolean {
  if (!isLocal(publicUrl(exchange))) return true;
  return origins.length > 0 && !origins.some((origin) => isLocal(new URL(origin)));
}

function isLocal({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function firstOf(list: string | null): string | undefined {
  const [first = ''] = (list ?? '').split(',');
  return first.trim() || undefined;
}
