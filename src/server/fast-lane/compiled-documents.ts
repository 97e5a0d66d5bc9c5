import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Compiled documents, by their shape. */
export interface CompiledDocuments<Compiled> {
  get(shape: string): Compiled | undefined;
  /** To be told of a document that has run the usual way. */
  offer(shape: string, how: Offer<Compiled>): void;
}

export interface Offer<Compiled> {
  /** Persisted documents are compiled at once, whoever sends them. */
  readonly isPersisted: boolean;
  /** What others send is not theirs to have compiled. */
  readonly isOfService: boolean;
  /** Null: it cannot be compiled, and is not tried again for as long as that is remembered. */
  readonly compile: () => Compiled | null;
}

/** Of either kind; a compiled document takes up to a megabyte. */
const maxDocuments = 100;
/** To have been seen takes a digest. */
const maxSeen = 10_000;

/**
 * To compile takes a hundred times as long as to run. So what services send is compiled when it comes
 * for the second time: one with an id of its own in each text never is, and takes no other's room. Of
 * the persisted documents the first hundred stay for good, so that nobody who names one after another
 * has them compiled again and again.
 */
export function createCompiledDocuments<Compiled extends object>(): CompiledDocuments<Compiled> {
  const persisted = new Map<string, Compiled>();
  const others = new LRUCache<string, Compiled>({ max: maxDocuments });
  const seen = new LRUCache<string, 'once' | 'not to be compiled'>({ max: maxSeen });
  return {
    get: (shape) => persisted.get(shape) ?? others.get(shape),
    offer(shape, { isPersisted, isOfService, compile }) {
      if (persisted.has(shape) || others.has(shape)) return;
      const isLasting = isPersisted && persisted.size < maxDocuments;
      if (!isLasting && !isOfService) return;
      const digest = hash('sha256', shape, 'binary');
      const sight = seen.get(digest);
      if (sight === 'not to be compiled') return;
      if (sight === undefined && !isLasting) return void seen.set(digest, 'once');
      const compiled = compile();
      if (compiled === null) seen.set(digest, 'not to be compiled');
      else (isLasting ? persisted : others).set(shape, compiled);
    },
  };
}
