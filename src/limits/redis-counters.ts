import * as z from 'zod';
import type { RedisClient } from '../redis/client.ts';
import { type Counters, knownClientsPerAccount } from './counters.ts';

/**
 * After the prefix of the connection, as every key. All share a slot of a cluster, so that one script
 * can take them all.
 */
const prefix = '{limits}:';

/** By the clock of Redis, which is the only one that all processes have. */
const nowInMs = `
  local time = redis.call('time')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * KEYS: counts, then the accounts of knownClients. ARGV: how many counts; of each its burst, pace and 1 for
 * unknown clients only; the clients of the knownClients.
 */
const takeScript = `${nowInMs}
  local counts = tonumber(ARGV[1])
  local known = false
  for i = counts + 1, #KEYS do
    local till = redis.call('zscore', KEYS[i], ARGV[2 * counts + i + 1])
    if till and tonumber(till) > now then known = true end
  end
  local full, wait, taken = 0, 0, {}
  for i = 1, counts do
    local burst, every, strangers = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), ARGV[3 * i + 1]
    if not (known and strangers == '1') then
      local clear, most = tonumber(redis.call('get', KEYS[i]) or '0'), now + burst * every
      if clear > most then
        -- Counted before the clock was set back.
        clear = most
        redis.call('set', KEYS[i], string.format('%.0f', most), 'PX', string.format('%.0f', most - now))
      end
      local next = math.max(clear, now) + every
      local early = next - most
      if early > wait then full, wait = i, early end
      taken[KEYS[i]] = next
    end
  end
  if full > 0 then return {full, wait} end
  for key, next in pairs(taken) do
    redis.call('set', key, string.format('%.0f', next), 'PX', string.format('%.0f', next - now))
  end
  return {0, 0}`;
const takeReply = z.tuple([z.number(), z.number()]);

/**
 * KEYS: back, forget, accounts of knownClients. ARGV: how many of the first two, how long knownClients stay, how many
 * an account has, paces of `back`, the clients of the knownClients.
 */
const settleScript = `${nowInMs}
  local back, forget = tonumber(ARGV[1]), tonumber(ARGV[2])
  for i = 1, back do
    local before = tonumber(redis.call('get', KEYS[i]) or '0') - tonumber(ARGV[4 + i])
    if before > now then
      redis.call('set', KEYS[i], string.format('%.0f', before), 'PX', string.format('%.0f', before - now))
    else
      redis.call('del', KEYS[i])
    end
  end
  for i = back + 1, back + forget do redis.call('del', KEYS[i]) end
  for i = back + forget + 1, #KEYS do
    redis.call('zadd', KEYS[i], string.format('%.0f', now + ARGV[3]), ARGV[4 - forget + i])
    redis.call('zremrangebyrank', KEYS[i], 0, -1 - ARGV[4])
    redis.call('pexpire', KEYS[i], ARGV[3])
  end`;

/** The counters that processes share. Every method throws what ioredis has to say. */
export function createRedisCounters(redis: RedisClient): Counters {
  const run = (script: string, names: readonly string[], values: readonly (string | number)[]) =>
    redis.eval(script, names.length, ...names.map((name) => prefix + name), ...values);

  return {
    async take({ counts, knownClients }) {
      const names = [
        ...counts.map(({ key }) => key),
        ...knownClients.map(({ account }) => account),
      ];
      const values = counts.flatMap(({ burst, everyMs, unknownClientsOnly }) => [
        burst,
        everyMs,
        unknownClientsOnly ? 1 : 0,
      ]);
      const clients = knownClients.map(({ client }) => client);
      const [full, waitMs] = takeReply.parse(
        await run(takeScript, names, [counts.length, ...values, ...clients]),
      );
      return full === 0 ? null : { index: full - 1, waitMs };
    },

    async settle({ back, forget, knownClients, knownClientMs }) {
      const accounts = knownClients.map(({ account }) => account);
      const names = [...back.map(({ key }) => key), ...forget, ...accounts];
      const sizes = [back.length, forget.length, knownClientMs, knownClientsPerAccount];
      const paces = back.map(({ everyMs }) => everyMs);
      const clients = knownClients.map(({ client }) => client);
      await run(settleScript, names, [...sizes, ...paces, ...clients]);
    },
  };
}
