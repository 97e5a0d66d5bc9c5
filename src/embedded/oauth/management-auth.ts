import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { ApiError, type EmbeddedEnv, InsufficientScope } from '../http/responses.ts';
import { type Org, orgServerId } from '../org.ts';
import { liveAccessToken } from './access-tokens.ts';
import { requireProof } from './dpop.ts';

/** `all`: an administrator's SSWS token. */
export type ManagementScopes = 'all' | readonly string[];

/**
 * What the bearer of this request's Authorization header may do; null for none and for every invalid one.
 * @throws TokenChallenge for a bound token without a good proof
 */
async function managementScopes(
  org: Org,
  c: Context<EmbeddedEnv>,
  scope: string | null,
): Promise<ManagementScopes | null> {
  const [scheme = '', token = ''] = (c.req.header('authorization') ?? '').split(' ');
  if (scheme === 'SSWS') return sameText(token, org.apiToken) ? 'all' : null;
  if (scheme !== 'Bearer' && scheme !== 'DPoP') return null;
  const live = await liveAccessToken(org, orgServerId, token);
  if (live === null) return null;
  const { claims } = live;
  await requireProof(org, c, { scheme: scheme.toLowerCase(), token, claims, scope });
  return live.token.scopes;
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
    const [manage, read] = [`okta.${resource}.manage`, `okta.${resource}.read`];
    const [needed, enough] = c.req.method === 'GET' ? [read, [read, manage]] : [manage, [manage]];
    const scopes = await managementScopes(org, c, needed);
    if (scopes === null) throw new ApiError('E0000011');
    if (scopes !== 'all' && !enough.some((scope) => scopes.includes(scope))) {
      throw new InsufficientScope(needed);
    }
    await next();
  };
}

/**
 * Allows requests without a token and those of administrators, but not those with a wrong API token.
 */
export function refuseWrongApiToken(org: Org): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    const isWrong = holdsApiToken(c) && (await managementScopes(org, c, null)) === null;
    if (isWrong) throw new ApiError('E0000011');
    await next();
  };
}

/** Behind `refuseWrongApiToken`: whether the caller is an administrator. */
export function holdsApiToken(c: Context<EmbeddedEnv>): boolean {
  return c.req.header('authorization')?.split(' ')[0] === 'SSWS';
}
