import * as z from 'zod';
import { publicDigestOf } from '../crypto/token-digest.ts';
import type { RedisClient } from '../redis/client.ts';
import { createLeases } from '../redis/leases.ts';
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
  return {'underway', redis.call('get', KEYS[3])}`;
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

interface Options {
  readonly redis: RedisClient;
  readonly seal: Seal;
  readonly graceMs: number;
  readonly endedMs: number;
  readonly leaseMs: number;
}

/** The ledger that processes share. Every method throws as ioredis does. */
export function createRedisLedger(options: Options): Ledger {
  const { redis, seal, graceMs, endedMs, leaseMs } = options;
  const leases = createLeases(redis, leaseMs);

  return {
    async claim(refreshToken, { lease, followed }) {
      const values = [lease, leaseMs];
      const call = { script: claimScript, refreshToken, values, lease: followed ?? '' };
      const claim = await readClaim(await run(redis, call), refreshToken, seal);
      if (claim.kind === 'claimed') leases.hold(keysOf(refreshToken, '')[2], lease);
      return claim;
    },

    async publish(refreshToken, { lease, tokens, begunAt }) {
      leases.release(lease);
      const values = [lease, await seal.seal({ tokens, begunAt }, refreshToken), graceMs];
      const reply = await run(redis, { script: publishScript, refreshToken, values });
      const answer = answerReply.parse(reply);
      if (answer === null) return { kind: 'ended' };
      return { kind: 'answered', ...(await seal.open(answer, refreshToken)) };
    },

    async fail(refreshToken, { lease, error }) {
      leases.release(lease);
      const values = [lease, encodeFailure(error) ?? '', failureMs];
      await run(redis, { script: failScript, refreshToken, values, lease });
    },

    async look(refreshToken) {
      const [endedKey, answerKey] = keysOf(refreshToken, '');
      const [ended, answer] = await redis.mget(endedKey, answerKey);
      if (typeof ended === 'string') return { kind: 'ended' };
      if (typeof answer !== 'string') return { kind: 'open' };
      return { kind: 'answered', ...(await seal.open(answer, refreshToken)) };
    },

    async end(refreshToken) {
      const reply = await run(redis, { script: endScript, refreshToken, values: [endedMs] });
      const answer = answerReply.parse(reply);
      return answer === null ? null : (await seal.open(answer, refreshToken)).tokens;
    },

    ...createSessionEnds(options),
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
function createSessionEnds({ redis, endedMs }: Options): Pick<Ledger, 'endSessions' | 'isEnded'> {
  return {
    async endSessions(ended, at) {
      const value = JSON.stringify(toSessionsEnd(ended, at));
      await redis.set(sessionsPrefix + endKey(ended), value, 'PX', endedMs);
    },

    async isEnded(owner, begunAt) {
      const found = await redis.mget(...endKeysOf(owner).map((key) => sessionsPrefix + key));
      return found.some(
        (end) => end !== null && covers(sessionsEnd.parse(JSON.parse(end)), owner, begunAt),
      );
    },
  };
}

interface ScriptCall {
  readonly script: string;
  readonly refreshToken: string;
  readonly values: readonly (string | number)[];
  /** The claim whose failure the script reads or writes. */
  readonly lease?: string;
}

function run(redis: RedisClient, { script, refreshToken, values, lease = '' }: ScriptCall) {
  const keys = keysOf(refreshToken, lease);
  return redis.eval(script, keys.length, ...keys, ...values);
}

/** In the order that the scripts expect. */
function keysOf(refreshToken: string, lease: string): readonly [string, string, string, string] {
  const prefix = `refresh:{${publicDigestOf(refreshToken)}}`;
  return [`${prefix}:ended`, `${prefix}:answer`, `${prefix}:lease`, `${prefix}:failed:${lease}`];
}
