import type { RedisConnection } from './client.ts';

/** Renewals per lease, so that a holder may miss some and keep it. */
const renewals = 4;

/** A server that took over may not have it. */
const renewScript = `
  local holder = redis.call('get', KEYS[1])
  if not holder then redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
  if holder == ARGV[1] then redis.call('pexpire', KEYS[1], ARGV[2]) end`;

/** Leases that this process holds: keys in Redis with the id of the holder as their value. */
export interface Leases {
  /** Renews the lease until `release`. */
  hold(key: string, id: string): void;
  /** Stops the renewal; the caller deletes the key, or lets it expire. */
  release(id: string): void;
}

/** Keeps a lease for as long as this process lives and works on it; after a crash it expires. */
export function createLeases(redis: RedisConnection, leaseMs: () => number): Leases {
  const held = new Map<string, { readonly timer: NodeJS.Timeout; readonly renew: () => unknown }>();
  redis.onRestored(() => {
    for (const { renew } of held.values()) renew();
  });
  return {
    hold(key, id) {
      const ttlMs = leaseMs();
      const renew = () => redis.eval(renewScript, 1, key, id, ttlMs).catch(() => undefined);
      held.set(id, { renew, timer: setInterval(renew, ttlMs / renewals) });
    },
    release(id) {
      clearInterval(held.get(id)?.timer);
      held.delete(id);
    },
  };
}
