import { type Exchange, publicUrl } from './exchange.ts';

/**
 * A request that must not change anything: it came from another site, or by a method that links and
 * prefetches use. Answer it with `status`.
 */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly status = 403;
  readonly reason: 'ORIGIN' | 'METHOD';
  /** The origin or the method that was sent; null where there was no `Origin`. */
  readonly sent: string | null;
  /** The origins or methods that are accepted. */
  readonly expected: readonly string[];

  constructor(reason: 'ORIGIN' | 'METHOD', sent: string | null, expected: readonly string[]) {
    const accepted = expected.join(' or ');
    super(
      reason === 'METHOD'
        ? `The request is a ${sent}. Only ${accepted} may change an account: links and prefetches use GET.`
        : `The request came from the origin ${sent ?? '(none)'}, and this storefront is ${accepted}. If both are yours, add the first to \`origins\`.`,
    );
    this.reason = reason;
    this.sent = sent;
    this.expected = expected;
  }
}

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Against cross-site request forgery, beside SameSite=Lax. Browsers send `Origin` with every POST.
 * @param origins of the settings; none: the storefront's own @throws RequestRefused
 */
export function checkOrigin(exchange: Exchange, origins: readonly string[]): void {
  const { method, headers } = exchange;
  if (!methods.includes(method.toUpperCase())) throw new RequestRefused('METHOD', method, methods);
  const expected = origins.length > 0 ? origins : ownOrigins(exchange);
  const sent = headers.get('origin');
  if (sent === null || !expected.includes(sent)) throw new RequestRefused('ORIGIN', sent, expected);
}

/** A proxy that ends TLS may not say so: the same host over https is no other site. */
function ownOrigins(exchange: Exchange): readonly string[] {
  const { protocol, host, origin } = publicUrl(exchange);
  return protocol === 'http:' ? [origin, `https://${host}`] : [origin];
}
