import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CacheSize } from '../documents/document-weight.ts';

/** Compiled documents, by their shape. */
export interface CompiledDocuments<Compiled> {
  get(shape: string): Compiled | undefined;
  /** Offers a document that has run the usual way. */
  offer(shape: string, how: Offer<Compiled>): void;
  /** `seen`: shapes that were offered once, or that cannot be compiled. */
  sizes(): {
    readonly persisted: CacheSize;
    readonly others: CacheSize;
    readonly seen: number;
  };
}

export interface Offer<Compiled> {
  /** Persisted documents are compiled at once, for every caller. */
  readonly isPersisted: boolean;
  /** Documents of other callers are not compiled. */
  readonly isOfService: boolean;
  /** Bytes, approximately. */
  readonly weight: number;
  /** Null: it cannot be compiled, and is not tried again while that is remembered. */
  readonly compile: () => Compiled | null;
}

/** Of either kind. */
const maxDocuments = 100;
/** Of persisted documents: some 70 of usual size. */
const maxPersistedBytes = 5 * 2 ** 20;
/** Of those that services send. */
const maxOtherBytes = 3 * 2 ** 20;
/** At most some 1.5 MB: a digest takes 150 bytes. */
const maxSeen = 10_000;

/**
 * Compiling takes a hundred times as long as running. So a document of a service is compiled when it
 * comes for the second time: a text that contains an id never is, and evicts no other. Persisted
 * documents are never evicted, and those for which there is no room are not compiled: otherwise a
 * caller could have them compiled again and again.
 */
export function createCompiledDocuments<Compiled extends object>(): CompiledDocuments<Compiled> {
  const persisted = new Map<string, Compiled>();
  let persistedBytes = 0;
  const others = new LRUCache<string, Compiled>({ max: maxDocuments, maxSize: maxOtherBytes });
  const seen = new LRUCache<string, 'once' | 'not to be compiled'>({ max: maxSeen });
  return {
    get: (shape) => persisted.get(shape) ?? others.get(shape),
    offer(shape, { isPersisted, isOfService, weight, compile }) {
      if (persisted.has(shape) || others.has(shape)) return;
      const isLasting =
        isPersisted &&
        persisted.size < maxDocuments &&
        persistedBytes + weight <= maxPersistedBytes;
      if (!isLasting && !isOfService) return;
      const digest = hash('sha256', shape, 'binary');
      const sight = seen.get(digest);
      if (sight === 'not to be compiled') return;
      if (sight === undefined && !isLasting) return void seen.set(digest, 'once');
      const compiled = compile();
      if (compiled === null) seen.set(digest, 'not to be compiled');
      else if (isLasting) {
        persisted.set(shape, compiled);
        persistedBytes += weight;
      } else others.set(shape, compiled, { size: weight });
    },
    sizes: () => ({
      persisted: { entries: persisted.size, bytes: persistedBytes },
      others: { entries: others.size, bytes: others.calculatedSize },
      seen: seen.size,
    }),
  };
}
