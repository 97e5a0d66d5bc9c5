import { withTimeout } from '../async/timeout.ts';
import type { UpstreamUnavailable } from '../identity/errors.ts';
import type { User } from '../identity/model.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { ProfileStats } from './model.ts';

export type FindUsers = IdentityProvider['findUsers'];

/**
 * One account of an answer: null where there is none, an error where only this one cannot be read.
 */
export type Read = User | UpstreamUnavailable | null;

/** One account that a caller waits for. */
export interface Wanted {
  readonly id: string;
  /** The log line of that request names the call, where it is the first of its batch. */
  readonly requestId: string;
  readonly resolve: (read: Read) => void;
  readonly reject: (error: unknown) => void;
}

export interface Sender {
  /** Resolves when all of the batch have their answer or their error. */
  send(batch: readonly Wanted[]): Promise<void>;
  stats(): Pick<ProfileStats, 'batches' | 'failedBatches' | 'ids' | 'batchesInFlight'>;
  settled(): Promise<unknown>;
}

/** Makes one call of the provider out of each batch. */
export function createSender(findUsers: FindUsers, timeoutMs: number): Sender {
  const underWay = new Set<Promise<void>>();
  const counted = { batches: 0, failedBatches: 0, ids: 0 };

  const exchange = async (batch: readonly Wanted[]): Promise<void> => {
    const ids = batch.map(({ id }) => id);
    counted.batches += 1;
    counted.ids += ids.length;
    try {
      const requestId = batch[0]?.requestId ?? '';
      // Its callers may go while others wait still.
      const found = await withTimeout(timeoutMs, (signal) =>
        findUsers(ids, { requestId, signal, shopper: null }),
      );
      for (const { id, resolve } of batch) resolve(found.get(id) ?? null);
    } catch (error) {
      counted.failedBatches += 1;
      for (const { reject } of batch) reject(error);
    }
  };

  return {
    send(batch) {
      const sent = exchange(batch).finally(() => underWay.delete(sent));
      underWay.add(sent);
      return sent;
    },
    stats: () => ({ ...counted, batchesInFlight: underWay.size }),
    settled: () => Promise.all(underWay),
  };
}
