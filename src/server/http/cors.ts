import type { IncomingMessage } from 'node:http';
import type { HttpResponse } from './http-error.ts';

/**
 * Headers that let a page of a configured origin read an answer: exactly that origin, never a
 * pattern, and never credentials, since no cookie means anything here.
 */
export function corsHeaders(
  origin: string | undefined,
  allowed: readonly string[],
): Readonly<Record<string, string>> {
  if (allowed.length === 0) return {};
  // Caches must not give one origin's answer to another, so this is said to unknown origins too.
  const vary = { Vary: 'Origin' };
  if (origin === undefined || !allowed.includes(origin)) return vary;
  return {
    ...vary,
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'X-Request-Id',
  };
}

/** Of a request with the method OPTIONS. */
export function isPreflight({ headers }: IncomingMessage): boolean {
  return headers['access-control-request-method'] !== undefined;
}

const ownHeaders: readonly string[] = ['Authorization', 'Content-Type', 'X-Request-Id'];
/** RFC 9110 section 5.1. */
const headerName = /^[\w!#$%&'*+.^`|~-]{1,100}$/;
const maxWanted = 50;
/** Not allowed to pages: it needs the secret of a service, which no page can keep. */
const forServers = 'x-customer-token';

/**
 * For an unknown origin it names no origin, so the browser refuses. A page of a configured origin may
 * send any header but `X-Customer-Token`: headers of tracing and of GraphQL clients have no effect,
 * and headers about a shopper are read only from services.
 */
export function preflightResponse({ headers }: IncomingMessage): HttpResponse {
  return {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': [
        ...ownHeaders,
        ...wantedBesides(headers['access-control-request-headers'] ?? ''),
      ].join(', '),
      'Access-Control-Max-Age': '600',
    },
    body: '',
  };
}

function wantedBesides(list: string): readonly string[] {
  const others = [...ownHeaders.map((name) => name.toLowerCase()), forServers];
  const wanted = list.split(',', maxWanted).map((name) => name.trim().toLowerCase());
  return [...new Set(wanted)].filter((name) => headerName.test(name) && !others.includes(name));
}
