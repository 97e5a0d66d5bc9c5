import type { MiddlewareHandler } from 'hono';
import type { RateLimitBucket } from '../handle.ts';
import { type EmbeddedEnv, errorEnvelope } from './responses.ts';

export interface RateLimits {
  /** Counts one request against a bucket; `scope` tells apart the authorization servers, which count alone. */
  take(bucket: RateLimitBucket, scope: string): Quota;
  /** False: this username came too often within the last second; the two endpoints count alone. */
  allowUsername(login: string, endpoint?: 'authn' | 'token'): boolean;
  /** False: this client came from this address more than sixty times within the last minute. */
  allowClient(clientId: string, ip: string): boolean;
  /** False: five codes of this user were wrong within five minutes. */
  allowCode(userId: string): boolean;
  /** A right code makes the wrong ones before it forgotten. */
  forgiveCodes(userId: string): void;
  clear(): void;
}

interface Quota {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** When the window ends; epoch milliseconds. */
  readonly resetsAt: number;
}

/** Per minute: an enterprise org's limits (developer.okta.com, rate limits), times ten. */
export const defaultRateLimits: Readonly<Record<RateLimitBucket, number>> = {
  authn: 6000,
  token: 12_000,
  authorize: 12_000,
  oauth: 12_000,
  user: 10_000,
  users: 6000,
  userWrites: 6000,
  sessions: 6000,
  logs: 500,
  other: 6000,
};

/** A window starts with its first request, so it is not aligned to the wall clock. */
interface Window {
  startedAt: number;
  count: number;
}

const minute = 60_000;
const second = 1000;
const codeWindow = 5 * minute;
const codesPerWindow = 5;
/** https://developer.okta.com/docs/reference/rl2-client-based/ */
const perClientAndMinute = 60;
/** Usernames and server ids come from callers: beyond this number, expired entries are removed. */
const keptWindows = 10_000;

export function createRateLimits(
  options: {
    readonly perMinute: Readonly<Record<RateLimitBucket, number>>;
    readonly perUsername: number;
  },
  now: () => number,
): RateLimits {
  const buckets = new Map<string, Window>();
  const usernames = new Map<string, Window>();
  const clients = new Map<string, Window>();
  const codes = new Map<string, Window>();
  return {
    take(bucket, scope) {
      const limit = options.perMinute[bucket];
      const window = hit(buckets, `${bucket}:${scope}`, { now: now(), length: minute });
      return {
        allowed: window.count <= limit,
        limit,
        remaining: Math.max(0, limit - window.count),
        resetsAt: window.startedAt + minute,
      };
    },
    allowUsername(login, endpoint = 'authn') {
      const key = `${endpoint}:${login.toLowerCase()}`;
      const window = hit(usernames, key, { now: now(), length: second });
      return window.count <= options.perUsername;
    },
    allowClient(clientId, ip) {
      const window = hit(clients, `${clientId} ${ip}`, { now: now(), length: minute });
      return window.count <= perClientAndMinute;
    },
    allowCode(userId) {
      return hit(codes, userId, { now: now(), length: codeWindow }).count <= codesPerWindow;
    },
    forgiveCodes(userId) {
      codes.delete(userId);
    },
    clear() {
      buckets.clear();
      usernames.clear();
      clients.clear();
      codes.clear();
    },
  };
}

function hit(
  windows: Map<string, Window>,
  key: string,
  time: { readonly now: number; readonly length: number },
): Window {
  const known = windows.get(key);
  const open = known !== undefined && time.now - known.startedAt < time.length;
  const window = open ? known : { startedAt: time.now, count: 0 };
  window.count += 1;
  windows.set(key, window);
  if (windows.size > keptWindows) dropOver(windows, time);
  return window;
}

function dropOver(
  windows: Map<string, Window>,
  time: { readonly now: number; readonly length: number },
): void {
  for (const [key, window] of windows) {
    if (time.now - window.startedAt >= time.length) windows.delete(key);
  }
}

/** Puts Okta's X-Rate-Limit headers on limited answers, and answers 429 when the bucket is empty. */
export function limitRates(org: {
  readonly limits: RateLimits;
  readonly now: () => number;
}): MiddlewareHandler<EmbeddedEnv> {
  return async (c, next) => {
    const place = bucketOf(c.req.method, c.req.path);
    if (place === null) return await next();
    const quota = org.limits.take(place.bucket, place.scope);
    if (quota.allowed) await next();
    else c.res = errorEnvelope('E0000047');
    c.res.headers.set('x-rate-limit-limit', String(quota.limit));
    c.res.headers.set('x-rate-limit-remaining', String(quota.remaining));
    c.res.headers.set('x-rate-limit-reset', String(Math.ceil(quota.resetsAt / second)));
    // Clients measure the reset by it, and the clock of a test may not be the system's.
    c.res.headers.set('date', new Date(org.now()).toUTCString());
  };
}

/** The most specific bucket owns a request; null: not limited (keys, discovery, pages for people). */
function bucketOf(
  method: string,
  path: string,
): { readonly bucket: RateLimitBucket; readonly scope: string } | null {
  const oauth = /^\/oauth2(?:\/(?<server>[^/]+))?\/v1\/(?<endpoint>[^/]+)$/.exec(path)?.groups;
  if (oauth !== undefined) return oauthBucket(oauth['endpoint'] ?? '', oauth['server'] ?? '');
  if (/^\/api\/v1\/authn(\/|$)/.test(path)) return { bucket: 'authn', scope: '' };
  if (/^\/api\/v1\/sessions(\/|$)/.test(path)) return { bucket: 'sessions', scope: '' };
  if (path === '/api/v1/logs') return { bucket: 'logs', scope: '' };
  if (path === '/api/v1/users') return { bucket: 'users', scope: '' };
  if (/^\/api\/v1\/users\/[^/]+$/.test(path) && method === 'GET') {
    return { bucket: 'user', scope: '' };
  }
  if (path.startsWith('/api/v1/users/')) return { bucket: 'userWrites', scope: '' };
  return /^\/(attack-protection\/)?api\/v1\//.test(path) ? { bucket: 'other', scope: '' } : null;
}

function oauthBucket(endpoint: string, scope: string) {
  if (endpoint === 'keys') return null;
  if (endpoint === 'token') return { bucket: 'token', scope } as const;
  if (endpoint === 'authorize') return { bucket: 'authorize', scope } as const;
  return { bucket: 'oauth', scope } as const;
}
