import { LRUCache } from 'lru-cache';
import { isFresh } from '../cache/fresh.ts';
import type { UpstreamUnavailable } from '../identity/errors.ts';
import type { User } from '../identity/model.ts';

export interface CacheOptions {
  /** 0: nothing is kept. */
  readonly ttlSeconds: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What one read has said. */
export interface Kept {
  /** Null where there is no such account. */
  readonly user: User | null;
  /** True: good for this answer, but to be read anew. */
  readonly isStale: boolean;
}

export interface Cache {
  /** Null where nothing is kept that would still do. */
  look(id: string): Kept | null;
  /** @param askedAt from when on the account is known to have been so; epoch milliseconds */
  keep(id: string, user: User | null, askedAt: number): void;
  /** The provider has just failed: no read is tried again for a moment. */
  postpone(id: string): void;
  /** As `postpone`; where the account is not cached, no read is tried again for seconds. */
  keepUnreadable(id: string, error: UpstreamUnavailable): void;
  /** The error of an account that could not be read a moment ago; null: there is none. */
  unreadable(id: string): UpstreamUnavailable | null;
  drop(id: string): void;
  clear(): void;
  size(): { readonly entries: number; readonly bytes: number };
}

interface Entry {
  readonly user: User | null;
  readonly askedAt: number;
  readonly staleAt: number;
  readonly endsAt: number;
}

/** An account that is made in a moment must not be missing for long. */
const longestMissingMs = 5_000;
const betweenFailuresMs = 1_000;
const maxUnreadable = 1_000;

export function createCache({ ttlSeconds, maxEntries, maxBytes, now }: CacheOptions): Cache {
  const ttlMs = ttlSeconds * 1000;
  const missingMs = Math.min(ttlMs, longestMissingMs);
  const entries = new LRUCache<string, Entry>({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: ({ user }, id) => bytesOf(id, user),
  });

  const unreadable = new LRUCache<string, { error: UpstreamUnavailable; at: number }>({
    max: maxUnreadable,
  });
  const postpone = (id: string): void => {
    const entry = entries.peek(id);
    if (entry === undefined) return;
    entries.set(id, { ...entry, staleAt: now() + betweenFailuresMs });
  };

  return {
    look(id) {
      const entry = entries.get(id);
      if (entry === undefined) return null;
      const at = now();
      // Before it was requested: the clock was set back, so its age is unknown.
      if (at >= entry.askedAt && at < entry.endsAt) {
        return { user: entry.user, isStale: at >= entry.staleAt };
      }
      entries.delete(id);
      return null;
    },
    keep(id, user, askedAt) {
      if (ttlMs === 0) return;
      const endsAt = askedAt + (user === null ? missingMs : 2 * ttlMs);
      entries.set(id, { user, askedAt, staleAt: askedAt + ttlMs, endsAt });
    },
    postpone,
    keepUnreadable(id, error) {
      postpone(id);
      if (ttlMs !== 0) unreadable.set(id, { error, at: now() });
    },
    unreadable(id) {
      const known = unreadable.get(id);
      return known !== undefined && isFresh(now(), known.at, missingMs) ? known.error : null;
    },
    drop(id) {
      entries.delete(id);
      unreadable.delete(id);
    },
    clear() {
      entries.clear();
      unreadable.clear();
    },
    size: () => ({ entries: entries.size, bytes: entries.calculatedSize }),
  };
}

/** The objects of an entry, without its texts. */
const bareEntryBytes = 700;

/**
 * Approximate: most texts take a byte per character, and JSON also contains the names of the fields.
 */
function bytesOf(id: string, user: User | null): number {
  return bareEntryBytes + id.length + (user === null ? 0 : JSON.stringify(user).length);
}
