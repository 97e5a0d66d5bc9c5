import { randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { EventLog, LoggedEvent } from '../../events/event-log.ts';
import type { Position } from '../../events/position.ts';
import {
  eventFrame,
  type GoodbyeReason,
  gapFrame,
  goodbyeFrame,
  heartbeatFrame,
  helloFrame,
  type StreamState,
} from './frames.ts';
import { createReader, type Reader } from './reader.ts';

export interface StreamSource {
  readonly log: EventLog;
  readonly state: () => StreamState;
  /** What is sent of an event; null for a gap. */
  readonly describe: (event: LoggedEvent['event']) => object | null;
}

export interface NewStream {
  readonly service: string;
  /** The `Last-Event-ID`; null if there is none, or it is not of this stream. */
  readonly lastSeen: Position | null;
  /** Whether the service may still read. A rejection counts as yes until the next check. */
  readonly isAllowed: () => Promise<boolean>;
}

export type StreamEnd = 'closed' | 'slow' | GoodbyeReason;

export interface StreamStats {
  /** Open now. */
  readonly readers: number;
  /** Frames of events since the start, of all readers together. */
  readonly sent: number;
  /** Streams that have ended since the start, by reason. */
  readonly ended: Readonly<Record<StreamEnd, number>>;
}

export interface EventStreams {
  /** Whether another stream of this service may be opened. */
  hasRoomFor(service: string): boolean;
  /** Sends events until the connection ends. The head of the answer was sent. */
  open(response: ServerResponse, stream: NewStream): void;
  /** Ends all streams. Their readers come back within 3 s, not all at once. */
  drain(): void;
  stats(): StreamStats;
}

export interface StreamBounds {
  readonly maxStreams: number;
  readonly maxStreamsPerService: number;
  /** Bytes that may wait for one reader when more are to be sent. */
  readonly maxUnsentBytes: number;
  readonly heartbeatMs: number;
  readonly checkRightsMs: number;
}

export const streamBounds: StreamBounds = {
  maxStreams: 1_000,
  maxStreamsPerService: 100,
  maxUnsentBytes: 256 * 1024,
  heartbeatMs: 1_000,
  checkRightsMs: 60_000,
};

/** How long readers wait before they connect again, at most: a restart must not meet all at once. */
const longestRetryMs = 3_000;

interface Open {
  readonly reader: Reader;
  readonly stream: NewStream;
  end: StreamEnd;
}

/** The streams of this process. What all readers get is encoded once, and written once to each. */
export function createEventStreams(
  source: StreamSource,
  bounds: StreamBounds = streamBounds,
): EventStreams {
  const { log, state, describe } = source;
  const open = new Set<Open>();
  const byService = new Map<string, number>();
  const ended: Record<StreamEnd, number> = { closed: 0, slow: 0, draining: 0, credentials: 0 };
  let sent = 0;
  let pending: LoggedEvent[] = [];
  /** Nothing was sent since the last heartbeat. */
  let isQuiet = true;
  let told = state();

  const encode = ({ event, position }: LoggedEvent): string => {
    const claims = describe(event);
    const at = position?.text ?? null;
    return claims === null ? gapFrame(at) : eventFrame(at, claims);
  };
  const toAll = (frames: Buffer): number => {
    let readers = 0;
    for (const each of open) {
      if (!each.reader.isLive()) continue;
      if (each.reader.unsentBytes() > bounds.maxUnsentBytes) {
        cut(each);
        continue;
      }
      readers += 1;
      each.reader.write(frames);
    }
    return readers;
  };
  const cut = (each: Open): void => {
    each.end = 'slow';
    each.reader.destroy();
  };
  const sayGoodbye = (each: Open, reason: GoodbyeReason): void => {
    each.end = reason;
    each.reader.end(goodbyeFrame(reason, randomInt(longestRetryMs)));
  };
  /** All events of one turn of the event loop are one write for each reader. */
  const flush = (): void => {
    if (pending.length === 0) return;
    const batch = pending;
    pending = [];
    if (open.size === 0) return;
    sent += batch.length * toAll(Buffer.from(batch.map(encode).join('')));
    isQuiet = false;
  };
  log.subscribe((logged) => {
    if (open.size === 0) return;
    if (pending.length === 0) setImmediate(flush);
    pending.push(logged);
  });

  const timers = createTimers({
    beat() {
      flush();
      const now = state();
      const isNews = now.reach !== told.reach || now.completeUntil !== told.completeUntil;
      if (isQuiet || isNews) toAll(Buffer.from(heartbeatFrame(log.position().text, now)));
      told = now;
      isQuiet = true;
    },
    checkRights() {
      for (const each of open) {
        each.stream.isAllowed().then(
          (isAllowed) => {
            if (!isAllowed && open.has(each)) sayGoodbye(each, 'credentials');
          },
          () => undefined,
        );
      }
    },
    bounds,
  });

  return {
    hasRoomFor: (service) =>
      open.size < bounds.maxStreams && (byService.get(service) ?? 0) < bounds.maxStreamsPerService,
    open(response, stream) {
      const { service, lastSeen } = stream;
      const resumed = lastSeen !== null && log.after(lastSeen, 0) !== null;
      const position = resumed ? lastSeen : log.position();
      const hello = {
        position: position.text,
        resumed,
        ...state(),
        keptFrom: log.keptFrom().text,
        heartbeatSeconds: bounds.heartbeatMs / 1000,
      };
      response.write(helloFrame(hello, randomInt(longestRetryMs)));
      const reader = createReader({
        response,
        log,
        resumeFrom: position,
        encode,
        onReplayed: (events) => {
          sent += events;
        },
        onLive: flush,
        onLost: () => cut(each),
      });
      const each: Open = { reader, stream, end: 'closed' };
      open.add(each);
      byService.set(service, (byService.get(service) ?? 0) + 1);
      timers.start();
      reader.start();
      response.once('close', () => {
        open.delete(each);
        byService.set(service, (byService.get(service) ?? 1) - 1);
        if (byService.get(service) === 0) byService.delete(service);
        ended[each.end] += 1;
        if (open.size === 0) timers.stop();
      });
    },
    drain() {
      flush();
      for (const each of open) sayGoodbye(each, 'draining');
    },
    stats: () => ({ readers: open.size, sent, ended: { ...ended } }),
  };
}

/** They run only while there are readers. */
function createTimers(what: {
  readonly beat: () => void;
  readonly checkRights: () => void;
  readonly bounds: StreamBounds;
}) {
  let timers: readonly NodeJS.Timeout[] = [];
  return {
    start(): void {
      if (timers.length > 0) return;
      const { heartbeatMs, checkRightsMs } = what.bounds;
      timers = [
        setInterval(what.beat, heartbeatMs).unref(),
        setInterval(what.checkRights, checkRightsMs).unref(),
      ];
    },
    stop(): void {
      for (const timer of timers) clearInterval(timer);
      timers = [];
    },
  };
}
