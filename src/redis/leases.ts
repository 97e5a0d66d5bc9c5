import type { RedisClient } from './client.ts';

/** Renewals per lease, so that a holder may miss some and keep it. */
const renewals = 4;

const renewScript = `
  if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('pexpire', KEYS[1], ARGV[2]) end`;

/** Leases that this process holds: keys in Redis with the id of the holder as their value. */
export interface Leases {
  /** Renews the lease until `release`. */
  hold(key: string, id: string): void;
  /** Stops the renewal; the caller deletes the key, or lets it expire. */
  release(id: string): void;
}

/** Keeps a lease for as long as this process lives and works on it; after a crash it expires. */
export function createLeases(redis: RedisClient, leaseMs: number): Leases {
  const held = new Map<string, NodeJS.Timeout>();
  return {
    hold(key, id) {
      const renew = () => redis.eval(renewScript, 1, key, id, leaseMs).catch(() => undefined);
      held.set(id, setInterval(renew, leaseMs / renewals));
    },
    release(id) {
      clearInterval(held.get(id));
      held.delete(id);
    },
  };
}
