import * as z from 'zod';
import type { AccountEvent } from '../identity/account-event.ts';
import type { RedisClient, RedisConnection } from '../redis/client.ts';
import { gapAt, retentionMs } from './bus.ts';
import { decodeEvent, encodeEvent } from './codec.ts';
import { newEpoch } from './position.ts';

/** ioredis adds the key prefix of the connection. */
const key = 'account-events';
/** Some 20 MB. */
const maxEvents = 100_000;
const batch = 1_000;

/** The position before the first entry. */
export const beginning = '0-0';

/**
 * The first entry is a GAP: events from before the stream are unknown. It also begins an epoch, for
 * those who read the stream, and for those who come when the entry is gone.
 */
const begin = `
  local function begin()
    redis.call('set', KEYS[2], ARGV[2])
    redis.call('xadd', KEYS[1], '*', 'event', ARGV[1], 'epoch', ARGV[2])
  end`;

/** The newest entry is never trimmed, so an existing stream has at least one. */
const appendScript = `${begin}
  if redis.call('exists', KEYS[1]) == 0 then begin() end
  local ids = {}
  for i = 5, #ARGV do
    ids[#ids + 1] = redis.call('xadd', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'event', ARGV[i])
  end
  local oldest = redis.call('time')[1] * 1000 - ARGV[4]
  redis.call('xtrim', KEYS[1], 'MINID', '~', string.format('%d', oldest))
  return ids`;
const appendReply = z.array(z.string());

/**
 * ARGV: ids of entries, each with its event. An entry that is gone with all before it was trimmed, or
 * the stream is a new one, which begins with a GAP.
 */
const restoreScript = `
  for i = 1, #ARGV, 2 do
    local isThere = #redis.call('xrange', KEYS[1], ARGV[i], ARGV[i]) == 1
    local hasOlder = #redis.call('xrange', KEYS[1], '-', ARGV[i], 'COUNT', 1) == 1
    if hasOlder and not isThere then redis.call('xadd', KEYS[1], '*', 'event', ARGV[i + 1]) end
  end`;

/**
 * If an entry is missing while older ones exist, Redis was restored from before that entry. If all
 * older entries are missing too, they were trimmed: for their age, or because there were too many.
 */
const continuityScript = `${begin}
  local position = ARGV[5]
  local function state()
    if redis.call('exists', KEYS[1]) == 0 then
      begin()
      return 'begun'
    end
    -- A version without epochs began the stream, or Redis has evicted the key.
    redis.call('set', KEYS[2], ARGV[6], 'NX')
    if #redis.call('xrange', KEYS[1], position, position) == 1 then return 'whole' end
    if #redis.call('xrange', KEYS[1], '-', position, 'COUNT', 1) == 1 then
      begin()
      return 'begun'
    end
    if redis.call('xlen', KEYS[1]) < tonumber(ARGV[3]) then return 'whole' end
    local function timeOf(id) return tonumber(string.match(id, '^%d+')) end
    local first = timeOf(redis.call('xrange', KEYS[1], '-', '+', 'COUNT', 1)[1][1])
    local oldest = redis.call('time')[1] * 1000 - ARGV[4]
    if first > timeOf(position) and first > oldest then return 'cut' end
    return 'whole'
  end
  return {state(), redis.call('get', KEYS[2])}`;

const continuityReply = z.tuple([z.enum(['whole', 'cut', 'begun']), z.string()]);
const entries = z
  .array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.array(z.string())]))]))
  .nullable();

export interface StreamEntry {
  readonly position: string;
  readonly event: AccountEvent;
}

export interface ReadEntry extends StreamEntry {
  /** The epoch that begins with this entry; null for most. */
  readonly epoch: string | null;
}

export interface Continuity {
  /**
   * What happened to the stream since an entry was read. `whole`: no later event is missing. `cut`:
   * some later events are gone. `begun`: this is a new stream. It begins with a GAP and must be read
   * from the beginning.
   */
  readonly state: 'whole' | 'cut' | 'begun';
  /** Of the newest entry. */
  readonly epoch: string;
}

export interface StreamBatch {
  /** In the order of publication. An event that this version cannot read becomes a GAP. */
  readonly entries: readonly ReadEntry[];
  /** Of the last event. */
  readonly position: string;
  /** True when more entries may be waiting. */
  readonly full: boolean;
}

/** The account events of the last 24 hours as a Redis stream. Every method throws as ioredis does. */
export interface EventStream {
  /** @returns where each of them is */
  append(events: readonly AccountEvent[]): Promise<readonly string[]>;
  /** Appends the events again whose entries are gone: a server that took over may lack the last. */
  restore(entries: readonly StreamEntry[]): Promise<void>;
  /** @param epoch as known to this process; null if it has not read the stream yet */
  continuity(position: string, epoch: string | null): Promise<Continuity>;
  /** Reads the events after a position, and waits up to `waitMs` for the first. */
  read(position: string, waitMs: number): Promise<StreamBatch>;
}

/**
 * @param reader a separate connection, since a blocking read delays all commands behind it
 * @param now epoch milliseconds
 */
export function createEventStream(connections: {
  readonly redis: Pick<RedisConnection, 'evalReplicated' | 'keyPrefix'>;
  readonly reader: RedisClient;
  readonly now: () => number;
}): EventStream {
  const { redis, reader, now } = connections;
  const limits = [maxEvents, retentionMs];
  const lost = () => gapAt(now());
  // In the cluster slot of the stream, whose whole name is the hash tag.
  const keys = [key, `{${redis.keyPrefix}${key}}:epoch`];

  return {
    async append(events) {
      const encoded = events.map(encodeEvent);
      const marker = encodeEvent(lost());
      return appendReply.parse(
        await redis.evalReplicated(
          appendScript,
          keys.length,
          ...keys,
          marker,
          newEpoch(),
          ...limits,
          ...encoded,
        ),
      );
    },
    async restore(entries) {
      const pairs = entries.flatMap(({ position, event }) => [position, encodeEvent(event)]);
      await redis.evalReplicated(restoreScript, 1, key, ...pairs);
    },
    async continuity(position, epoch) {
      const marker = encodeEvent(lost());
      const begun = [marker, newEpoch(), ...limits];
      const known = epoch ?? newEpoch();
      const [state, current] = continuityReply.parse(
        await reader.eval(continuityScript, keys.length, ...keys, ...begun, position, known),
      );
      return { state, epoch: current };
    },
    async read(position, waitMs) {
      const reply = entries.parse(
        await reader.xread('COUNT', batch, 'BLOCK', waitMs, 'STREAMS', key, position),
      );
      const found = reply?.[0]?.[1] ?? [];
      return {
        entries: found.map(([id, [, event = '', , epoch = null]]) => ({
          position: id,
          event: decodeEvent(event) ?? lost(),
          epoch,
        })),
        position: found.at(-1)?.[0] ?? position,
        full: found.length === batch,
      };
    },
  };
}
