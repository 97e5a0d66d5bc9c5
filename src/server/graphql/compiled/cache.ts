import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CacheSize } from '../documents/document-weight.ts';

/** Compiled documents, by their shape. */
export interface CompiledDocuments<Compiled> {
  get(shape: string): Compiled | undefined;
  /** Offers a document that has run the usual way. */
  offer(shape: string, how: Offer<Compiled>): void;
  /** `seen`: shapes that were offered, or that cannot be compiled. */
  sizes(): {
    readonly persisted: CacheSize;
    readonly ofServices: CacheSize;
    readonly ofAnyone: CacheSize;
    readonly seen: number;
  };
}

export interface Offer<Compiled> {
  /** Persisted documents are compiled at once, for every caller. */
  readonly isPersisted: boolean;
  /** Documents of other callers are compiled later. */
  readonly isOfService: boolean;
  /** Bytes, approximately. */
  readonly weight: number;
  /** Null where it cannot be compiled. It is not tried again while that is cached. */
  readonly compile: () => Compiled | null;
}

/** Of each kind. */
const maxDocuments = 100;
/** Of persisted documents: some 70 of usual size. */
const maxPersistedBytes = 5 * 2 ** 20;
/** Of those that services send, and of those of all other callers. */
const maxOtherBytes = 3 * 2 ** 20;
/** How often a document has to come from services before it is compiled. */
const timesOfServices = 2;
/**
 * The same for anyone. Measured: Yoga takes 0.3 ms longer than a compiled document, and compiling takes up
 * to 2.5 ms. So callers who send ever new documents at most double their own cost.
 */
const timesOfAnyone = 8;
/** At most some 1.5 MB: a digest takes 150 bytes. */
const maxSeen = 10_000;

/**
 * Compiling takes a hundred times as long as running. So a document is compiled when it has come
 * several times: a text that contains an id never is, and evicts no other. What services send and what
 * anyone sends cannot evict one another. Persisted documents are never evicted, and those for which
 * there is no room are not compiled at once: otherwise a caller could have them compiled again and
 * again.
 */
export function createCompiledDocuments<Compiled extends object>(): CompiledDocuments<Compiled> {
  const persisted = new Map<string, Compiled>();
  let persistedBytes = 0;
  const limits = { max: maxDocuments, maxSize: maxOtherBytes };
  const ofServices = new LRUCache<string, Compiled>(limits);
  const ofAnyone = new LRUCache<string, Compiled>(limits);
  /** How often, by digest; Infinity: it cannot be compiled. */
  const seen = new LRUCache<string, number>({ max: maxSeen });
  return {
    get: (shape) => persisted.get(shape) ?? ofServices.get(shape) ?? ofAnyone.get(shape),
    offer(shape, { isPersisted, isOfService, weight, compile }) {
      if (persisted.has(shape) || ofServices.has(shape) || ofAnyone.has(shape)) return;
      const isLasting =
        isPersisted &&
        persisted.size < maxDocuments &&
        persistedBytes + weight <= maxPersistedBytes;
      const digest = hash('sha256', shape, 'binary');
      const times = (seen.get(digest) ?? 0) + 1;
      seen.set(digest, times);
      const enough = isLasting ? 1 : isOfService ? timesOfServices : timesOfAnyone;
      if (times < enough || times === Number.POSITIVE_INFINITY) return;
      // What no cache has room for would be compiled again each time.
      const compiled = isLasting || weight <= maxOtherBytes ? compile() : null;
      // Counted anew: one that was evicted has to come as often again.
      seen.set(digest, compiled === null ? Number.POSITIVE_INFINITY : 0);
      if (compiled === null) return;
      if (isLasting) {
        persisted.set(shape, compiled);
        persistedBytes += weight;
      } else (isOfService ? ofServices : ofAnyone).set(shape, compiled, { size: weight });
    },
    sizes: () => ({
      persisted: { entries: persisted.size, bytes: persistedBytes },
      ofServices: { entries: ofServices.size, bytes: ofServices.calculatedSize },
      ofAnyone: { entries: ofAnyone.size, bytes: ofAnyone.calculatedSize },
      seen: seen.size,
    }),
  };
}
