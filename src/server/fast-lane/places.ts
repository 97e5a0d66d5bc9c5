import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Where compiled documents are kept, by their shape. */
export interface Places<Known> {
  get(shape: string): Known | undefined;
  /** @param how.make null: it cannot be compiled, and is not tried again for as long as that is remembered */
  offer(
    shape: string,
    how: { readonly isLasting: boolean; readonly make: () => Known | null },
  ): void;
}

/** A compiled document takes up to a megabyte. */
const maxDocuments = 100;
/** To have been seen takes a digest. */
const maxSeen = 10_000;

/**
 * To compile takes a hundred times as long as to run, so a document is compiled when it comes for the
 * second time: one with an id of its own in each text never is, and takes no other's place.
 */
export function createPlaces<Known extends object>(): Places<Known> {
  /** Few: they are named at the start. */
  const lasting = new Map<string, Known>();
  const others = new LRUCache<string, Known>({ max: maxDocuments });
  const seen = new LRUCache<string, 'once' | 'not to be compiled'>({ max: maxSeen });
  return {
    get: (shape) => lasting.get(shape) ?? others.get(shape),
    offer(shape, { isLasting, make }) {
      if (lasting.has(shape) || others.has(shape)) return;
      const digest = hash('sha256', shape, 'binary');
      const sight = seen.get(digest);
      if (sight === undefined && !isLasting) return void seen.set(digest, 'once');
      const made = sight === 'not to be compiled' ? null : make();
      if (made === null) seen.set(digest, 'not to be compiled');
      else (isLasting ? lasting : others).set(shape, made);
    },
  };
}
