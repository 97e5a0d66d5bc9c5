import type { AccountEvent } from '../identity/account-event.ts';
import type { EventStream, StreamEntry } from './redis-stream.ts';

/** Events of this process that wait while Redis does not accept any. */
const maxUnsent = 1_000;
/** Redis serves no other client while it writes one batch. */
const maxBatch = 500;
/** A server that took over may lack what was published within this time, and not more than that. */
const recentMs = 30_000;
const maxRecent = 500;

/** Events on their way to Redis. */
export interface Outbox {
  send(events: readonly AccountEvent[]): void;
  /** Sends what waits. Never rejects. */
  flush(): Promise<void>;
  /** Appends again, as soon as it can, what a server that took over lacks. */
  restore(): void;
  /** How many events wait. */
  size(): number;
}

interface Options {
  /** Creates the event that replaces the waiting ones when there are too many. */
  readonly lost: () => AccountEvent;
  /** Called once when Redis accepts no events, and once when it accepts them again. */
  readonly notice: (accepted: boolean, error: unknown) => void;
}

/**
 * Sends events to Redis in order, and later while Redis does not accept them. If too many wait, the
 * other processes receive one GAP instead.
 */
export function createOutbox(stream: EventStream, { lost, notice }: Options): Outbox {
  const recent = createRecent(stream);
  let unsent: readonly AccountEvent[] = [];
  let failing = false;
  let sending: Promise<void> | null = null;

  /** Only while Redis fails: one page of the System Log may hold more events than this. */
  function keepWithinBounds(): void {
    if (failing && unsent.length > maxUnsent) unsent = [lost()];
  }
  async function sendAll(): Promise<void> {
    await recent.restoreIfLacking();
    while (unsent.length > 0) {
      const sent = new Set(unsent.slice(0, maxBatch));
      recent.add([...sent], await stream.append([...sent]));
      if (failing) notice(true, null);
      failing = false;
      // Keeps events that were published during the call.
      unsent = unsent.filter((event) => !sent.has(event));
    }
  }
  function flush(): Promise<void> {
    sending ??= sendAll()
      .catch((error: unknown) => {
        if (!failing) notice(false, error);
        failing = true;
        keepWithinBounds();
      })
      .finally(() => {
        sending = null;
      });
    return sending;
  }
  return {
    flush,
    restore() {
      recent.markLacking();
      void flush();
    },
    size: () => unsent.length,
    send(events) {
      unsent = withLastWatermark([...unsent, ...events]);
      keepWithinBounds();
      void flush();
    },
  };
}

/** What Redis has accepted lately, for a server that takes over and may lack it. */
function createRecent(stream: EventStream) {
  let entries: readonly (StreamEntry & { readonly at: number })[] = [];
  let mayLack = false;
  return {
    markLacking() {
      mayLack = true;
    },
    add(events: readonly AccountEvent[], positions: readonly string[]) {
      const at = performance.now();
      const added = events.map((event, index) => ({ event, at, position: positions[index] ?? '' }));
      entries = [...entries, ...added]
        .filter((entry) => entry.event.kind !== 'WATERMARK' && at - entry.at <= recentMs)
        .slice(-maxRecent);
    },
    /** Tries again at the next call when Redis fails. @throws the error of Redis */
    async restoreIfLacking() {
      if (!mayLack) return;
      mayLack = false;
      const since = performance.now() - recentMs;
      try {
        await stream.restore(entries.filter(({ at }) => at >= since));
      } catch (error) {
        mayLack = true;
        throw error;
      }
    },
  };
}

/** Keeps only the last WATERMARK, since it covers those before it. */
function withLastWatermark(events: readonly AccountEvent[]): readonly AccountEvent[] {
  const last = events.findLast(({ kind }) => kind === 'WATERMARK');
  return events.filter((event) => event.kind !== 'WATERMARK' || event === last);
}
