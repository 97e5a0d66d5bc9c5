import type { ProfileStats } from './model.ts';
import { createSender, type FindUsers, type Read, type Wanted } from './sender.ts';

export interface BatchOptions {
  readonly findUsers: FindUsers;
  /** For one call from its start; its callers may be gone by then. */
  readonly timeoutMs: number;
  /** The provider's maximum for one call. */
  readonly batchSize: number;
  readonly maxBatchesInFlight: number;
  /** The longest wait of an id for others while a batch could be sent. */
  readonly maxWaitMs: number;
}

/** Combines reads of single accounts into few calls. */
export interface Batches {
  /**
   * Reads the id together with all others of this turn of the event loop. While another batch is in
   * flight, a full batch is sent at once, and any other waits for that answer and collects more ids
   * meanwhile.
   */
  read(id: string, requestId: string): Promise<Read>;
  /** Reads it at once in a separate call. */
  readNow(id: string, requestId: string): Promise<Read>;
  stats(): Pick<ProfileStats, 'batches' | 'failedBatches' | 'ids' | 'batchesInFlight' | 'queued'>;
  settled(): Promise<void>;
}

export function createBatches(options: BatchOptions): Batches {
  const { findUsers, batchSize, maxBatchesInFlight, maxWaitMs } = options;
  const sender = createSender(findUsers, options.timeoutMs);
  const queue: Wanted[] = [];
  let freeSlots = maxBatchesInFlight;
  let isDue = false;
  const maxWait = createMaxWait(maxWaitMs, () => {
    sendNext();
    sendDue();
  });

  const sendNext = (): void => {
    const batch = queue.splice(0, batchSize);
    freeSlots -= 1;
    void sender.send(batch).then(() => {
      freeSlots += 1;
      sendDue();
    });
  };
  const sendDue = (): void => {
    isDue = false;
    while (freeSlots > 0 && queue.length >= (freeSlots === maxBatchesInFlight ? 1 : batchSize)) {
      sendNext();
    }
    if (freeSlots > 0 && queue.length > 0) maxWait.begin();
    else maxWait.end();
  };

  return {
    read: (id, requestId) =>
      new Promise((resolve, reject) => {
        queue.push({ id, requestId, resolve, reject });
        if (!isDue) setImmediate(sendDue);
        isDue = true;
      }),
    readNow: (id, requestId) =>
      new Promise((resolve, reject) => {
        void sender.send([{ id, requestId, resolve, reject }]);
      }),
    stats: () => ({ ...sender.stats(), queued: queue.length }),
    async settled() {
      while (sender.stats().batchesInFlight > 0 || queue.length > 0) {
        await sender.settled();
        // Queued ids are sent in the next turn of the event loop.
        await new Promise(setImmediate);
      }
    },
  };
}

/** @param onElapsed called `ms` after `begin`, unless `end` comes first. A second `begin` changes nothing. */
function createMaxWait(ms: number, onElapsed: () => void) {
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
        onElapsed();
      }, ms);
    },
  };
}
