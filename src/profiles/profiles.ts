import { asError } from '../async/as-error.ts';
import { untilAborted } from '../async/until-aborted.ts';
import type { User } from '../identity/model.ts';
import { type BatchOptions, createBatches } from './batches.ts';
import { type Cache, type CacheOptions, createCache } from './cache.ts';
import type { Profiles } from './model.ts';
import { createReads, type Reads } from './reads.ts';

type Parts = BatchOptions & CacheOptions;
type Bounds = Pick<Parts, 'maxEntries' | 'maxBytes' | 'maxBatchesInFlight' | 'maxWaitMs'>;

const bounds: Bounds = {
  maxEntries: 20_000,
  maxBytes: 32 * 1024 * 1024,
  // Far below the 35 to 75 concurrent calls that an org allows.
  maxBatchesInFlight: 4,
  maxWaitMs: 100,
};

export interface ProfilesOptions extends Omit<Parts, keyof Bounds>, Partial<Bounds> {
  /** Has other processes evict the account. */
  readonly publishChange: (userId: string) => Promise<void>;
}

export function createProfiles({ publishChange, ...options }: ProfilesOptions): Profiles {
  const parts = { ...bounds, ...options };
  const cache = createCache(parts);
  const batches = createBatches(parts);
  const reads = createReads({ cache, batches, now: options.now });
  const { findSync, read, missed, stats } = createLookups(cache, reads);
  let evictions = 0;

  const evict: Profiles['evict'] = (userId) => {
    evictions += 1;
    reads.drop(userId);
    cache.drop(userId);
  };
  const evictAll = () => {
    evictions += cache.size().entries;
    reads.clear();
    cache.clear();
  };

  return {
    findSync,
    evict,
    async find(ids, { requestId, signal }) {
      signal.throwIfAborted();
      const users = [...new Set(ids)].map(async (id) => {
        const user = findSync(id);
        const found = user === undefined ? await read(id, requestId).catch(asError) : user;
        return [id, found] as const;
      });
      return existing(await untilAborted(Promise.all(users), signal));
    },
    async findFresh(id, { requestId, signal }) {
      signal.throwIfAborted();
      missed();
      return untilAborted(reads.beginNow(id, requestId), signal);
    },
    async changed(userId) {
      evict(userId);
      await publishChange(userId);
    },
    apply(event) {
      if (event.kind === 'GAP') evictAll();
      else if ('userId' in event && event.userId !== null) evict(event.userId);
    },
    stats: () => ({ ...stats(), evictions, ...batches.stats(), ...cache.size() }),
    settled: batches.settled,
  };
}

/** Looks in the cache first, then among the reads in flight, and counts the results. */
function createLookups(cache: Cache, reads: Reads) {
  const counted = { hits: 0, staleHits: 0, misses: 0, joined: 0 };
  const missed = () => {
    counted.misses += 1;
  };
  return {
    stats: () => counted,
    missed,
    findSync(id: string): User | null | undefined {
      const cached = cache.get(id);
      if (cached === null) return undefined;
      counted.hits += 1;
      if (cached.isStale) {
        counted.staleHits += 1;
        reads.refresh(id);
      }
      return cached.user;
    },
    read(id: string, requestId: string): Promise<User | null> {
      const joined = reads.inFlight(id);
      missed();
      if (joined !== null) counted.joined += 1;
      return joined ?? reads.begin(id, requestId);
    },
  };
}

function existing(
  users: readonly (readonly [id: string, User | Error | null])[],
): ReadonlyMap<string, User | Error> {
  const found = new Map<string, User | Error>();
  for (const [id, user] of users) if (user !== null) found.set(id, user);
  return found;
}
