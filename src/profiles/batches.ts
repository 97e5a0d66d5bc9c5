import type { ProfileStats } from './model.ts';
import { createSender, type FindUsers, type Read, type Wanted } from './sender.ts';

export interface BatchOptions {
  readonly findUsers: FindUsers;
  /** For one call, from when it is made: its callers may be gone by then. */
  readonly timeoutMs: number;
  /** What the provider takes in one call. */
  readonly batchSize: number;
  readonly maxBatchesInFlight: number;
  /** How long an id waits at most for others while a batch could be sent. */
  readonly maxWaitMs: number;
}

/** Reads of single accounts, joined to few calls. */
export interface Batches {
  /**
   * Reads the id together with all others of this turn of the event loop. While another batch is in
   * flight, a full batch is sent at once, and any other waits for that answer and collects more ids
   * meanwhile.
   */
  read(id: string, requestId: string): Promise<Read>;
  /** Reads it at once, in a call of its own. */
  readAlone(id: string, requestId: string): Promise<Read>;
  stats(): Pick<ProfileStats, 'batches' | 'failedBatches' | 'ids' | 'batchesInFlight' | 'queued'>;
  settled(): Promise<void>;
}

export function createBatches(options: BatchOptions): Batches {
  const { findUsers, batchSize, maxBatchesInFlight, maxWaitMs } = options;
  const sender = createSender(findUsers, options.timeoutMs);
  const queue: Wanted[] = [];
  let places = maxBatchesInFlight;
  let isDue = false;
  const patience = createLinger(maxWaitMs, () => {
    sendNext();
    sendDue();
  });

  const sendNext = (): void => {
    const batch = queue.splice(0, batchSize);
    places -= 1;
    void sender.send(batch).then(() => {
      places += 1;
      sendDue();
    });
  };
  const sendDue = (): void => {
    isDue = false;
    while (places > 0 && queue.length >= (places === maxBatchesInFlight ? 1 : batchSize)) {
      sendNext();
    }
    if (places > 0 && queue.length > 0) patience.begin();
    else patience.end();
  };

  return {
    read: (id, requestId) =>
      new Promise((resolve, reject) => {
        queue.push({ id, requestId, resolve, reject });
        if (!isDue) setImmediate(sendDue);
        isDue = true;
      }),
    readAlone: (id, requestId) =>
      new Promise((resolve, reject) => {
        void sender.send([{ id, requestId, resolve, reject }]);
      }),
    stats: () => ({ ...sender.stats(), queued: queue.length }),
    async settled() {
      while (sender.stats().batchesInFlight > 0 || queue.length > 0) {
        await sender.settled();
        // What is queued goes with the next turn of the event loop.
        await new Promise(setImmediate);
      }
    },
  };
}

/** @param onOver called `ms` after `begin`, unless `end` comes first; another `begin` meanwhile changes nothing */
function createLinger(ms: number, onOver: () => void) {
  let timer: NodeJS.Timeout | null = null;
  const end = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    end,
    begin(): void {
      timer ??= setTimeout(() => {
        end();
        onOver();
      }, ms);
    },
  };
}
