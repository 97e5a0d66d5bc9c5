import type { Redis } from 'ioredis';
import * as z from 'zod';
import type { AccountEvent } from '../identity/account-event.ts';
import { keptMs, ofLostEvents } from './bus.ts';
import { decodeEvent, encodeEvent } from './codec.ts';

/** After the prefix of the connection, as every key. */
const key = 'account-events';
/** Some 20 MB. */
const keptEvents = 100_000;
const batch = 1_000;

/** Before everything that there is. */
export const beginning = '0-0';

/** The first entry marks the beginning of the stream: what was published before is unknown. */
const begin = `
  local function begin()
    redis.call('xadd', KEYS[1], '*', 'event', ARGV[1])
  end`;

/** The newest entry is never too old, so a stream that is there holds at least one. */
const appendScript = `${begin}
  if redis.call('exists', KEYS[1]) == 0 then begin() end
  for i = 4, #ARGV do
    redis.call('xadd', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'event', ARGV[i])
  end
  local oldest = redis.call('time')[1] * 1000 - ARGV[3]
  redis.call('xtrim', KEYS[1], 'MINID', '~', string.format('%d', oldest))`;

/**
 * An entry that is gone though older ones are there was never written to what Redis has restored. An
 * entry that is gone with all before it was trimmed: for its age, or because there were too many.
 */
const continuityScript = `${begin}
  local position = ARGV[4]
  if redis.call('exists', KEYS[1]) == 0 then
    begin()
    return 'begun'
  end
  if #redis.call('xrange', KEYS[1], position, position) == 1 then return 'whole' end
  if #redis.call('xrange', KEYS[1], '-', position, 'COUNT', 1) == 1 then
    begin()
    return 'begun'
  end
  if redis.call('xlen', KEYS[1]) < tonumber(ARGV[2]) then return 'whole' end
  local function timeOf(id) return tonumber(string.match(id, '^%d+')) end
  local first = timeOf(redis.call('xrange', KEYS[1], '-', '+', 'COUNT', 1)[1][1])
  local oldest = redis.call('time')[1] * 1000 - ARGV[3]
  if first > timeOf(position) and first > oldest then return 'cut' end
  return 'whole'`;

const continuity = z.enum(['whole', 'cut', 'begun']);
const entries = z
  .array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.array(z.string())]))]))
  .nullable();

export interface StreamBatch {
  /** In the order of publication. An event that this version cannot read becomes EVENTS_LOST. */
  readonly events: readonly AccountEvent[];
  /** Of the last one. */
  readonly position: string;
  /** There may be more to read at once. */
  readonly full: boolean;
}

/** The account events of the last 24 hours as a Redis stream. Every method throws as ioredis does. */
export interface EventStream {
  append(events: readonly AccountEvent[]): Promise<void>;
  /**
   * The state of the stream since an entry was read. `whole`: nothing after it is missing. `cut`:
   * some events after it are gone. `begun`: it is another stream, by its first entry, to be read from
   * the beginning.
   */
  continuity(position: string): Promise<z.infer<typeof continuity>>;
  /** What comes after a position; waits for it that long. */
  read(position: string, waitMs: number): Promise<StreamBatch>;
}

/**
 * @param reader a connection of its own, since a read that waits holds up what comes after it
 * @param now epoch milliseconds
 */
export function createEventStream(connections: {
  readonly redis: Redis;
  readonly reader: Redis;
  readonly now: () => number;
}): EventStream {
  const { redis, reader, now } = connections;
  const limits = [keptEvents, keptMs];
  const lost = () => ofLostEvents(now());

  return {
    async append(events) {
      const encoded = events.map(encodeEvent);
      await redis.eval(appendScript, 1, key, encodeEvent(lost()), ...limits, ...encoded);
    },
    async continuity(position) {
      const marker = encodeEvent(lost());
      return continuity.parse(
        await reader.eval(continuityScript, 1, key, marker, ...limits, position),
      );
    },
    async read(position, waitMs) {
      const reply = entries.parse(
        await reader.xread('COUNT', batch, 'BLOCK', waitMs, 'STREAMS', key, position),
      );
      const found = reply?.[0]?.[1] ?? [];
      return {
        events: found.map(([, [, event = '']]) => decodeEvent(event) ?? lost()),
        position: found.at(-1)?.[0] ?? position,
        full: found.length === batch,
      };
    },
  };
}
