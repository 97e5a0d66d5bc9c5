import { withTimeout } from '../async/timeout.ts';
import type { UpstreamUnavailable } from '../identity/errors.ts';
import type { User } from '../identity/model.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { ProfileStats } from './model.ts';

export type FindUsers = IdentityProvider['findUsers'];

/**
 * One account of an answer: null if it does not exist, an error if only this one cannot be read.
 */
export type Read = User | UpstreamUnavailable | null;

/** One account that a caller is waiting for. */
export interface Wanted {
  readonly id: string;
  /** The call has the id of the first request of the batch, whose log line names it. */
  readonly requestId: string;
  readonly resolve: (read: Read) => void;
  readonly reject: (error: unknown) => void;
}

export interface Sender {
  /** Resolves when every account of the batch has its answer or error. */
  send(batch: readonly Wanted[]): Promise<void>;
  stats(): Pick<ProfileStats, 'batches' | 'failedBatches' | 'ids' | 'batchesInFlight'>;
  settled(): Promise<unknown>;
}

/** Makes one call to the provider for each batch. */
export function createSender(findUsers: FindUsers, timeoutMs: number): Sender {
  const inFlight = new Set<Promise<void>>();
  const counted = { batches: 0, failedBatches: 0, ids: 0 };

  const exchange = async (batch: readonly Wanted[]): Promise<void> => {
    const ids = batch.map(({ id }) => id);
    counted.batches += 1;
    counted.ids += ids.length;
    try {
      const requestId = batch[0]?.requestId ?? '';
      // Not aborted with one caller, since others are still waiting.
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
      const sent = exchange(batch).finally(() => inFlight.delete(sent));
      inFlight.add(sent);
      return sent;
    },
    stats: () => ({ ...counted, batchesInFlight: inFlight.size }),
    settled: () => Promise.all(inFlight),
  };
}
