import type { MiddlewareHandler } from 'hono';
import { ApiError, type EmbeddedEnv } from './responses.ts';

const acceptable = ['application/json', 'application/*', '*/*'];

/** Lets only requests to write pass that bring JSON, if they bring anything, and take JSON back. */
export function requireJson(): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    if (c.req.method === 'POST' || c.req.method === 'PUT') {
      const problem = problemOf(c.req.header());
      if (problem !== null) throw new ApiError(problem);
    }
    await next();
  };
}

/** @param headers by their names in lower case */
function problemOf(headers: Record<string, string>) {
  const accept = headers['accept'] ?? '';
  const contentType = headers['content-type'] ?? '';
  const bringsBody =
    Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  if (accept === '' || (bringsBody && contentType === '')) return 'E0000018';
  if (!accept.split(',').some((range) => acceptable.includes(mediaType(range)))) return 'E0000019';
  return bringsBody && mediaType(contentType) !== 'application/json' ? 'E0000021' : null;
}

/** Without its parameters, in which Okta's extensions travel (`okta-version`, `okta-response`). */
export function mediaType(header: string): string {
  return (header.split(';')[0] ?? '').trim().toLowerCase();
}
