import * as z from 'zod';
import { publicDigestOf } from '../crypto/token-digest.ts';
import type { RedisConnection, ReplicatedClient } from '../redis/client.ts';
import { throughFailovers } from '../redis/failover.ts';
import { createLeases } from '../redis/leases.ts';
import { createRecentWrites, type RecentWrites } from '../redis/recent-writes.ts';
import { decodeFailure, encodeFailure } from './failures.ts';
import type { Claim, Ledger } from './ledger.ts';
import type { Seal } from './seal.ts';
import { covers, endKey, endKeysOf, sessionsEnd, toSessionsEnd } from './session-ends.ts';

/** Longer than the polling interval of waiting callers, and much shorter than the pause before a retry. */
const failureMs = 2_000;

/** After the prefix of the connection, as every key. */
const sessionsPrefix = 'sessions-ended:';

/** Redis runs each script atomically, and the keys of a token share a cluster slot. */
const claimScript = `
  if redis.call('exists', KEYS[1]) == 1 then return {'ended', ''} end
  local answer = redis.call('get', KEYS[2])
  if answer then return {'answered', answer} end
  local failure = redis.call('get', KEYS[4])
  if failure then return {'failed', failure} end
  if redis.call('set', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[2]) then return {'claimed', ''} end
  local holder = redis.call('get', KEYS[3])
  if holder == ARGV[1] then return {'claimed', ''} end
  return {'underway', holder}`;
const claimReply = z.tuple([
  z.enum(['ended', 'answered', 'failed', 'claimed', 'underway']),
  z.string(),
]);

const publishScript = `
  if redis.call('get', KEYS[3]) == ARGV[1] then redis.call('del', KEYS[3]) end
  if redis.call('exists', KEYS[1]) == 1 then return nil end
  redis.call('set', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3])
  return redis.call('get', KEYS[2])`;

const failScript = `
  if redis.call('get', KEYS[3]) == ARGV[1] then redis.call('del', KEYS[3]) end
  if ARGV[2] ~= '' then redis.call('set', KEYS[4], ARGV[2], 'PX', ARGV[3]) end`;

const endScript = `
  redis.call('set', KEYS[1], '', 'PX', ARGV[1])
  return redis.call('get', KEYS[2])`;
const answerReply = z.string().nullable();

/** The end of sessions that came last counts, in whichever order they arrive. */
const endSessionsScript = `
  local known = redis.call('get', KEYS[1])
  if known and cjson.decode(known).at > tonumber(ARGV[2]) then return end
  redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[3])`;

interface Options {
  readonly redis: RedisConnection;
  readonly seal: Seal;
  readonly graceMs: number;
  readonly endedMs: number;
  /** How long a claim lasts without a sign of life. */
  readonly leaseMs: () => number;
  /** How long an operation waits for a failover. */
  readonly patienceMs: number;
}

/** The ledger that processes share. Every method throws as ioredis does. */
export function createRedisLedger(options: Options): Ledger {
  const { seal, graceMs, endedMs, leaseMs, patienceMs } = options;
  const leases = createLeases(options.redis, leaseMs);
  const recent = createRecentWrites(options.redis);
  const redis = throughFailovers(options.redis, patienceMs);

  return {
    async claim(refreshToken, { lease, followed }) {
      const keys = keysOf(refreshToken, followed ?? '');
      const reply = await redis.evalReplicated(claimScript, keys.length, ...keys, lease, leaseMs());
      const claim = await readClaim(reply, refreshToken, seal);
      if (claim.kind === 'claimed') leases.hold(keys[2], lease);
      return claim;
    },

    async publish(refreshToken, { lease, tokens, begunAt }) {
      leases.release(lease);
      const keys = keysOf(refreshToken, '');
      const sealed = await seal.seal({ tokens, begunAt }, refreshToken);
      const write = (ttlMs: number) =>
        redis.eval(publishScript, keys.length, ...keys, lease, sealed, ttlMs);
      const answer = answerReply.parse(await recent.write(keys[1], graceMs, write));
      if (answer === null) return { kind: 'ended' };
      return { kind: 'answered', ...(await seal.open(answer, refreshToken)) };
    },

    async fail(refreshToken, { lease, error }) {
      leases.release(lease);
      const keys = keysOf(refreshToken, lease);
      const failure = encodeFailure(error) ?? '';
      await redis.eval(failScript, keys.length, ...keys, lease, failure, failureMs);
    },

    async look(refreshToken) {
      const [endedKey, answerKey] = keysOf(refreshToken, '');
      const [ended, answer] = await redis.mget(endedKey, answerKey);
      if (typeof ended === 'string') return { kind: 'ended' };
      if (typeof answer !== 'string') return { kind: 'open' };
      return { kind: 'answered', ...(await seal.open(answer, refreshToken)) };
    },

    async end(refreshToken) {
      const keys = keysOf(refreshToken, '');
      const write = (ttlMs: number) => redis.evalReplicated(endScript, keys.length, ...keys, ttlMs);
      const answer = answerReply.parse(await recent.write(keys[0], endedMs, write));
      return answer === null ? null : (await seal.open(answer, refreshToken)).tokens;
    },

    ...createSessionEnds({ redis, recent, endedMs }),
  };
}

async function readClaim(reply: unknown, refreshToken: string, seal: Seal): Promise<Claim> {
  const [kind, value] = claimReply.parse(reply);
  switch (kind) {
    case 'answered':
      return { kind, ...(await seal.open(value, refreshToken)) };
    case 'failed':
      return { kind, error: decodeFailure(value) };
    case 'underway':
      return { kind, lease: value };
    default:
      return { kind };
  }
}

/** By account, so not in the slot of a token. */
function createSessionEnds({
  redis,
  recent,
  endedMs,
}: {
  readonly redis: ReplicatedClient;
  readonly recent: RecentWrites;
  readonly endedMs: number;
}): Pick<Ledger, 'endSessions' | 'isEnded'> {
  return {
    async endSessions(ended, at) {
      const key = sessionsPrefix + endKey(ended);
      const value = JSON.stringify(toSessionsEnd(ended, at));
      const write = (ttlMs: number) =>
        redis.evalReplicated(endSessionsScript, 1, key, value, at, ttlMs);
      await recent.write(key, endedMs, write);
    },

    async isEnded(owner, begunAt) {
      const found = await redis.mget(...endKeysOf(owner).map((key) => sessionsPrefix + key));
      return found.some(
        (end) => end !== null && covers(sessionsEnd.parse(JSON.parse(end)), owner, begunAt),
      );
    },
  };
}

/** In the order that the scripts expect. */
function keysOf(refreshToken: string, lease: string): readonly [string, string, string, string] {
  const prefix = `refresh:{${publicDigestOf(refreshToken)}}`;
  return [`${prefix}:ended`, `${prefix}:answer`, `${prefix}:lease`, `${prefix}:failed:${lease}`];
}
