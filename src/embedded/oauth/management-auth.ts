import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { ApiError, type EmbeddedEnv, InsufficientScope } from '../http/responses.ts';
import { type Org, orgServerId } from '../org.ts';
import { liveAccessToken } from './access-tokens.ts';

/** `all`: an administrator's SSWS token. */
export type ManagementScopes = 'all' | readonly string[];

/** What the bearer of this Authorization header may do; null for none and for every invalid one. */
async function managementScopes(
  org: Org,
  authorization: string | undefined,
): Promise<ManagementScopes | null> {
  const [scheme = '', token = ''] = (authorization ?? '').split(' ');
  if (scheme === 'SSWS') return sameText(token, org.apiToken) ? 'all' : null;
  if (scheme !== 'Bearer') return null;
  const live = await liveAccessToken(org, orgServerId, token);
  return live?.token.scopes ?? null;
}

/** Compares in constant time, whatever the lengths. */
export function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

/**
 * Lets only administrators and service apps with the scope of the resource pass.
 * @param resource as in `okta.{resource}.read`
 */
export function requireManagement(
  org: Org,
  resource: 'users' | 'sessions' | 'policies' | 'schemas' | 'logs' | 'eventHooks',
): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    const scopes = await managementScopes(org, c.req.header('authorization'));
    if (scopes === null) throw new ApiError('E0000011');
    const [manage, read] = [`okta.${resource}.manage`, `okta.${resource}.read`];
    const enough = c.req.method === 'GET' ? [read, manage] : [manage];
    if (scopes !== 'all' && !enough.some((scope) => scopes.includes(scope))) {
      throw new InsufficientScope(c.req.method === 'GET' ? read : manage);
    }
    await next();
  };
}

/**
 * Allows requests without a token and those of administrators, but not those with a wrong API token.
 */
export function refuseWrongApiToken(org: Org): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    const isWrong =
      holdsApiToken(c) && (await managementScopes(org, c.req.header('authorization'))) === null;
    if (isWrong) throw new ApiError('E0000011');
    await next();
  };
}

/** Behind `refuseWrongApiToken`: whether the caller is an administrator. */
export function holdsApiToken(c: Context<EmbeddedEnv>): boolean {
  return c.req.header('authorization')?.split(' ')[0] === 'SSWS';
}
