import type { MiddlewareHandler } from 'hono';
import type { EmbeddedEnv } from './responses.ts';

/** Sets the cache headers of all answers of Okta's management and authentication APIs. */
export function forbidCaching(): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    await next();
    c.res.headers.set('cache-control', 'no-cache, no-store');
    c.res.headers.set('pragma', 'no-cache');
    c.res.headers.set('expires', '0');
    c.res.headers.set('vary', 'Accept-Encoding');
  };
}
