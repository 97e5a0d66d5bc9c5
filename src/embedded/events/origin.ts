import { AsyncLocalStorage } from 'node:async_hooks';
import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { decodeJwt, errors } from 'jose';
import type { EmbeddedEnv } from '../http/responses.ts';
import { findClient } from '../settings/apps.ts';
import { isTrustedProxy } from '../settings/zones.ts';
import { administratorId } from '../store/administrator.ts';
import type { Store } from '../store/store.ts';
import { appEntity, type LogEntity, userEntity } from './log-event.ts';

/** The request that an event belongs to. */
export interface Origin {
  readonly requestId: string;
  readonly path: string;
  readonly ip: string;
  readonly userAgent: string;
  /** The owner of its credentials; null without any. To be called after they were checked. */
  readonly actor: () => LogEntity | null;
}

/** Knows the current request. */
export interface Origins {
  /** Null outside requests. */
  current(): Origin | null;
  during<T>(origin: Origin, work: () => T): T;
  /** After the last request. Until then Node propagates the request to each promise of the process. */
  close(): void;
}

export function createOrigins(): Origins {
  const storage = new AsyncLocalStorage<Origin>();
  return {
    current: () => storage.getStore() ?? null,
    during: (origin, work) => storage.run(origin, work),
    close: () => storage.disable(),
  };
}

/** Lets events name the request that they belong to. */
export function recordOrigin(org: {
  readonly store: Store;
  readonly origins: Origins;
}): MiddlewareHandler<EmbeddedEnv> {
  return (c, next) => {
    const authorization = c.req.header('authorization');
    const origin: Origin = {
      requestId: c.get('requestId'),
      path: c.req.path,
      ip: clientIp(org.store, c.req.header('x-forwarded-for'), c.env.incoming.socket.remoteAddress),
      userAgent: c.req.header('user-agent') ?? 'UNKNOWN',
      actor: () => bearerOf(org.store, authorization),
    };
    return org.origins.during(origin, next);
  };
}

/** Okta believes X-Forwarded-For of callers that a network zone names as proxies. */
function clientIp(
  { resources }: Store,
  forwarded: string | undefined,
  remote: string | undefined,
): string {
  const caller = (remote ?? '127.0.0.1').replace(/^::ffff:/, '');
  const [first = ''] = (forwarded ?? '').split(',');
  const isAddress = isIP(first.trim()) !== 0;
  return isAddress && isTrustedProxy(resources, caller) ? first.trim() : caller;
}

const administrator: LogEntity = {
  id: administratorId,
  type: 'User',
  alternateId: 'administrator@example.com',
  displayName: 'Embedded Administrator',
};

function bearerOf(store: Store, authorization: string | undefined): LogEntity | null {
  const [scheme = '', token = ''] = (authorization ?? '').split(' ');
  if (scheme === 'SSWS') return administrator;
  if (scheme !== 'Bearer' && scheme !== 'DPoP') return null;
  const { uid, cid } = claimsOf(token);
  const user = store.users.get(String(uid));
  if (user !== undefined) return userEntity(user);
  const client = findClient(store.resources, String(cid));
  return client === null ? null : appEntity(client);
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    return decodeJwt(token);
  } catch (error) {
    if (error instanceof errors.JOSEError) return {};
    throw error;
  }
}
