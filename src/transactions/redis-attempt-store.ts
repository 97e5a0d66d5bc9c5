import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import type { RedisConnection } from '../redis/client.ts';
import { throughFailovers } from '../redis/failover.ts';
import { createLeases } from '../redis/leases.ts';
import { createRecentWrites } from '../redis/recent-writes.ts';
import type { AttemptState } from './attempt-store.ts';

/** How long a process that ended without notice holds up the attempts of others. */
const defaultLeaseMs = 2_000;
/** From one look at a step that another process tries to the next. */
const lookEveryMs = 25;
/** By how much the clocks of processes may differ. */
const clockSkewMs = 5_000;

/** KEYS: lock and state of a step. ARGV: id of the lock, milliseconds of its lease. */
const lockScript = `
  local isOurs = redis.call('get', KEYS[1]) == ARGV[1]
  if isOurs or redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
    return {1, redis.call('get', KEYS[2]) or ''}
  end
  return {0, ''}`;
const lockReply = z.tuple([z.number(), z.string()]);

/**
 * KEYS: lock and state of a step. ARGV: id of the lock, the new state or nothing, how many
 * milliseconds it is kept. All counts only grow: a state is not replaced by an earlier one.
 */
const unlockScript = `
  local function progress(text)
    local state = cjson.decode(text)
    return state.failures + state.sends.count + (state.usedUp and 1 or 0)
  end
  local known = redis.call('get', KEYS[2])
  if ARGV[2] ~= '' and not (known and progress(known) > progress(ARGV[2])) then
    redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[3])
  end
  if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`;

const storedState = z.object({
  failures: z.number(),
  sends: z.object({
    count: z.number(),
    pausedUntil: z.array(z.tuple([z.string(), z.number()])).transform((all) => new Map(all)),
  }),
  usedUp: z.boolean(),
  expiresAt: z.number(),
});

/** A step that no other process can try meanwhile. */
export interface LockedStep {
  /** Null: no process has tried the step before. */
  readonly state: AttemptState | null;
  /** @param state the new state; null leaves it unchanged */
  unlock(state: AttemptState | null): Promise<void>;
}

/** The attempts of all processes that share a Redis. Every method throws what ioredis throws. */
export interface RedisAttempts {
  /**
   * Resolves when no other process tries the step. A process locks a step once at a time: its own
   * callers wait in the process.
   */
  lock(id: string): Promise<LockedStep>;
  /** Stores a state that was counted without a lock. It replaces no later one. */
  record(id: string, state: AttemptState): Promise<void>;
}

/** @param now epoch milliseconds */
export function createRedisAttempts(options: {
  readonly redis: RedisConnection;
  readonly now: () => number;
  readonly leaseMs?: number;
  /** How long an operation waits for a failover. Default: not at all. */
  readonly patienceMs?: number;
}): RedisAttempts {
  const { now, leaseMs = defaultLeaseMs, patienceMs = 0 } = options;
  const leases = createLeases(options.redis, () => leaseMs);
  const recent = createRecentWrites(options.redis);
  const redis = throughFailovers(options.redis, patienceMs);

  async function unlock(id: string, lock: string, state: AttemptState | null): Promise<void> {
    leases.release(lock);
    const value = state === null ? '' : encode(state);
    const keptMs = Math.max(0, Math.ceil((state?.expiresAt ?? 0) - now())) + clockSkewMs;
    const write = (ttlMs: number) => redis.eval(unlockScript, 2, ...keysOf(id), lock, value, ttlMs);
    await (state === null ? write(keptMs) : recent.write(id, keptMs, write));
  }

  return {
    async lock(id) {
      const lock = randomUUID();
      for (;;) {
        const reply = await redis.evalReplicated(lockScript, 2, ...keysOf(id), lock, leaseMs);
        const [isOurs, stored] = lockReply.parse(reply);
        if (isOurs === 1) {
          leases.hold(keysOf(id)[0], lock);
          const state = stored === '' ? null : decode(stored);
          return { state, unlock: (next) => unlock(id, lock, next) };
        }
        await wait(lookEveryMs);
      }
    },
    record: (id, state) => unlock(id, '', state),
  };
}

/** Both in one slot of a cluster. */
function keysOf(id: string): readonly [string, string] {
  return [`transaction:{${id}}:lock`, `transaction:{${id}}:state`];
}

function encode({ sends: { count, pausedUntil }, ...state }: AttemptState): string {
  return JSON.stringify({ ...state, sends: { count, pausedUntil: [...pausedUntil] } });
}

function decode(stored: string): AttemptState {
  return storedState.parse(JSON.parse(stored));
}
