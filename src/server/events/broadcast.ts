import type { EventLog, LoggedEvent } from '../../events/event-log.ts';
import { eventFrame, gapFrame, heartbeatFrame, type StreamState } from './frames.ts';
import type { Open, Registry } from './registry.ts';

export interface StreamSource {
  readonly log: EventLog;
  readonly state: () => StreamState;
  /** What is sent of an event; null for a gap. */
  readonly describe: (event: LoggedEvent['event']) => object | null;
}

/** What is sent to all readers. */
export interface Broadcast {
  /** The frame of one event. */
  readonly encode: (logged: LoggedEvent) => string;
  /** For a reader that catches up: it has got that many events besides. */
  readonly onReplayed: (events: number) => void;
  /** Sends what waits for the end of this turn of the event loop. */
  readonly flush: () => void;
  /** A heartbeat, unless something was sent since the last one. */
  readonly beat: () => void;
  /** Frames of events since the start, of all readers together. */
  readonly sent: () => number;
}

/**
 * All events of one turn of the event loop are one write for each reader. One that does not read is cut
 * off: it resumes, or gets a gap.
 */
export function createBroadcast(
  streams: Registry,
  { log, state, describe }: StreamSource,
  maxUnsentBytes: number,
): Broadcast {
  let sent = 0;
  let pending: LoggedEvent[] = [];
  let isQuiet = true;
  let told = state();

  const encode = ({ event, position }: LoggedEvent): string => {
    const claims = describe(event);
    const id = position?.text ?? null;
    return claims === null ? gapFrame(id) : eventFrame(id, claims);
  };
  const flush = (): void => {
    const batch = pending;
    pending = [];
    if (batch.length === 0 || streams.size() === 0) return;
    const frames = Buffer.from(batch.map(encode).join(''));
    sent += batch.length * writeToAll(streams, frames, maxUnsentBytes);
    isQuiet = false;
  };
  log.subscribe((logged) => {
    if (streams.size() === 0) return;
    if (pending.length === 0) setImmediate(flush);
    pending.push(logged);
  });

  return {
    encode,
    flush,
    onReplayed(events) {
      sent += events;
    },
    beat() {
      flush();
      const now = state();
      const isNews = now.reach !== told.reach || now.completeUntil !== told.completeUntil;
      if (isQuiet || isNews) {
        const frame = Buffer.from(heartbeatFrame(log.position().text, now));
        writeToAll(streams, frame, maxUnsentBytes);
      }
      told = now;
      isQuiet = true;
    },
    sent: () => sent,
  };
}

/** One buffer for all. @returns how many got it */
function writeToAll(streams: Iterable<Open>, frames: Buffer, maxUnsentBytes: number): number {
  let readers = 0;
  for (const each of streams) {
    if (!each.reader.isLive()) continue;
    if (each.reader.unsentBytes() > maxUnsentBytes) {
      each.end = 'slow';
      each.reader.destroy();
      continue;
    }
    each.reader.write(frames);
    readers += 1;
  }
  return readers;
}
