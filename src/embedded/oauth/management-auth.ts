import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { ApiError, type EmbeddedEnv, InsufficientScope } from '../http/responses.ts';
import { type Org, orgServerId } from '../org.ts';
import { liveAccessToken } from './access-tokens.ts';
import { requireProof } from './dpop.ts';
import { type ManagedResource, mayManage } from './permissions.ts';

/** `all`: an administrator's SSWS token. */
type Caller = 'all' | { readonly scopes: readonly string[]; readonly clientId: string };

/**
 * Who the bearer of this request's Authorization header is; null for none and for every invalid one.
 * @throws TokenChallenge for a bound token without a good proof
 */
async function callerOf(
  org: Org,
  c: Context<EmbeddedEnv>,
  scope: string | null,
): Promise<Caller | null> {
  const [scheme = '', token = ''] = (c.req.header('authorization') ?? '').split(' ');
  if (scheme === 'SSWS') return sameText(token, org.apiToken) ? 'all' : null;
  if (scheme !== 'Bearer' && scheme !== 'DPoP') return null;
  const live = await liveAccessToken(org, orgServerId, token);
  if (live === null) return null;
  const { claims } = live;
  await requireProof(org, c, { scheme: scheme.toLowerCase(), token, claims, scope });
  return { scopes: live.token.scopes, clientId: live.grant.clientId };
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
  resource: ManagedResource,
): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    const reads = c.req.method === 'GET';
    const [manage, read] = [`okta.${resource}.manage`, `okta.${resource}.read`];
    const [needed, enough] = reads ? [read, [read, manage]] : [manage, [manage]];
    const caller = await callerOf(org, c, needed);
    if (caller === null) throw new ApiError('E0000011');
    if (caller !== 'all') {
      if (!enough.some((scope) => caller.scopes.includes(scope))) {
        throw new InsufficientScope(needed);
      }
      const isAllowed = mayManage(org.store.resources, caller.clientId, { resource, reads });
      if (!isAllowed) throw new ApiError('E0000006');
    }
    await next();
  };
}

/**
 * Allows requests without a token and those of administrators, but not those with a wrong API token.
 */
export function refuseWrongApiToken(org: Org): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    const isWrong = holdsApiToken(c) && (await callerOf(org, c, null)) === null;
    if (isWrong) throw new ApiError('E0000011');
    await next();
  };
}

/** Behind `refuseWrongApiToken`: whether the caller is an administrator. */
export function holdsApiToken(c: Context<EmbeddedEnv>): boolean {
  return c.req.header('authorization')?.split(' ')[0] === 'SSWS';
}
