import { hash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type CacheSize, weightOfParsed } from './document-weight.ts';

/** Documents that have passed parsing and validation, by their text. */
export interface ParsedDocuments {
  get(text: string): DocumentNode | undefined;
  /** Caches the document from the second time on that its text is offered. */
  offer(text: string, document: DocumentNode): void;
  /** `seen`: texts that were offered once. */
  sizes(): { readonly parsed: CacheSize; readonly seen: number };
}

const maxBytes = 5 * 2 ** 20;
/** At most some 1.5 MB: a digest takes 150 bytes. */
const maxSeen = 10_000;

/**
 * A document with an id in its text comes only once. It is not cached, so that a stream of such
 * documents cannot evict those that come often.
 */
export function createParsedDocuments(): ParsedDocuments {
  const parsed = new LRUCache<string, DocumentNode>({
    maxSize: maxBytes,
    sizeCalculation: (document, text) => weightOfParsed(text, document),
  });
  const seen = new LRUCache<string, true>({ max: maxSeen });
  return {
    get: (text) => parsed.get(text),
    offer(text, document) {
      const digest = hash('sha256', text, 'binary');
      if (seen.has(digest)) parsed.set(text, document);
      else seen.set(digest, true);
    },
    sizes: () => ({
      parsed: { entries: parsed.size, bytes: parsed.calculatedSize },
      seen: seen.size,
    }),
  };
}
