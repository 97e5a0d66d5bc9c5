import { LRUCache } from 'lru-cache';
import { isFresh } from '../cache/fresh.ts';
import type { UpstreamUnavailable } from '../identity/errors.ts';
import type { User } from '../identity/model.ts';

export interface CacheOptions {
  /** 0 turns the cache off. */
  readonly ttlSeconds: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The result of a read. */
export interface CachedUser {
  /** Null if the account does not exist. */
  readonly user: User | null;
  /** Good for this answer, but due for another read. */
  readonly isStale: boolean;
}

export interface Cache {
  /** Null without an entry, or if it has expired. */
  get(id: string): CachedUser | null;
  /** @param askedAt when the read was requested; epoch milliseconds */
  set(id: string, user: User | null, askedAt: number): void;
  /** After a failure of the provider: pauses reads of the account. */
  postpone(id: string): void;
  /** Like `postpone`, with a longer pause if the account is not cached. */
  setUnreadable(id: string, error: UpstreamUnavailable): void;
  /** The error of an account that could not be read a moment ago; null otherwise. */
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

/** Short, since an account may be created meanwhile. */
const longestMissingMs = 5_000;
const retryPauseMs = 1_000;
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
    entries.set(id, { ...entry, staleAt: now() + retryPauseMs });
  };

  return {
    get(id) {
      const entry = entries.get(id);
      if (entry === undefined) return null;
      const at = now();
      // If the clock was set back, the age of the entry is unknown.
      if (at >= entry.askedAt && at < entry.endsAt) {
        return { user: entry.user, isStale: at >= entry.staleAt };
      }
      entries.delete(id);
      return null;
    },
    set(id, user, askedAt) {
      if (ttlMs === 0) return;
      const endsAt = askedAt + (user === null ? missingMs : 2 * ttlMs);
      entries.set(id, { user, askedAt, staleAt: askedAt + ttlMs, endsAt });
    },
    postpone,
    setUnreadable(id, error) {
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

/** The objects of an entry, without strings. */
const bareEntryBytes = 700;

/**
 * Approximate: most strings take a byte per character, and JSON also contains the field names.
 */
function bytesOf(id: string, user: User | null): number {
  return bareEntryBytes + id.length + (user === null ? 0 : JSON.stringify(user).length);
}
