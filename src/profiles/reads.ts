import { randomUUID } from 'node:crypto';
import type { User } from '../identity/model.ts';
import type { Batches } from './batches.ts';
import type { Cache } from './cache.ts';
import type { Read } from './sender.ts';

/** The reads in flight, the latest of each account. Its answer goes into the cache. */
export interface Reads {
  /** Null if there is no read to join. */
  inFlight(id: string): Promise<User | null> | null;
  begin(id: string, requestId: string): Promise<User | null>;
  /** Like `begin`, but at once. Later callers join this one. */
  beginNow(id: string, requestId: string): Promise<User | null>;
  /** A refresh in the background: a failure leaves the cached value as it is. */
  refresh(id: string): void;
  /** Waiting callers still get the answer, later ones do not. */
  drop(id: string): void;
  clear(): void;
}

interface Options {
  readonly cache: Cache;
  readonly batches: Batches;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export function createReads({ cache, batches, now }: Options): Reads {
  const reads = new Map<string, Promise<User | null>>();

  const track = (id: string, read: Promise<Read>): Promise<User | null> => {
    const askedAt = now();
    // False if it was dropped, or another one was started since.
    const removeIfCurrent = () => reads.get(id) === followed && reads.delete(id);
    const followed: Promise<User | null> = read.then(
      (user) => {
        const current = removeIfCurrent();
        if (user instanceof Error) {
          if (current) cache.setUnreadable(id, user);
          throw user;
        }
        if (current) cache.set(id, user, askedAt);
        return user;
      },
      (error: unknown) => {
        if (removeIfCurrent()) cache.postpone(id);
        throw error;
      },
    );
    reads.set(id, followed);
    return followed;
  };
  const begin: Reads['begin'] = (id, requestId) => {
    const error = cache.unreadable(id);
    return error === null ? track(id, batches.read(id, requestId)) : Promise.reject(error);
  };

  return {
    begin,
    inFlight: (id) => reads.get(id) ?? null,
    beginNow: (id, requestId) => track(id, batches.readNow(id, requestId)),
    refresh(id) {
      if (!reads.has(id)) begin(id, randomUUID()).catch(() => undefined);
    },
    drop(id) {
      reads.delete(id);
    },
    clear() {
      reads.clear();
    },
  };
}
