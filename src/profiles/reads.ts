import { randomUUID } from 'node:crypto';
import type { User } from '../identity/model.ts';
import type { Batches } from './batches.ts';
import type { Cache } from './cache.ts';
import type { Read } from './sender.ts';

/** The reads under way, of each account the latest; its answer is kept when it comes. */
export interface Reads {
  /** Null where there is no read to join. */
  underWay(id: string): Promise<User | null> | null;
  begin(id: string, requestId: string): Promise<User | null>;
  /** As `begin`, but at once; who joins from now on joins this one. */
  beginAlone(id: string, requestId: string): Promise<User | null>;
  /** A refresh in the background: a failure leaves the cached value as it is. */
  refresh(id: string): void;
  /** Callers that wait get the answer; later ones do not. */
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

  const follow = (id: string, read: Promise<Read>): Promise<User | null> => {
    const askedAt = now();
    // False where it was dropped, or another began after it.
    const isOver = () => reads.get(id) === followed && reads.delete(id);
    const followed: Promise<User | null> = read.then(
      (user) => {
        const kept = isOver();
        if (user instanceof Error) {
          if (kept) cache.keepUnreadable(id, user);
          throw user;
        }
        if (kept) cache.keep(id, user, askedAt);
        return user;
      },
      (error: unknown) => {
        if (isOver()) cache.postpone(id);
        throw error;
      },
    );
    reads.set(id, followed);
    return followed;
  };
  const begin: Reads['begin'] = (id, requestId) => {
    const error = cache.unreadable(id);
    return error === null ? follow(id, batches.read(id, requestId)) : Promise.reject(error);
  };

  return {
    begin,
    underWay: (id) => reads.get(id) ?? null,
    beginAlone: (id, requestId) => follow(id, batches.readAlone(id, requestId)),
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
