import { type CompiledDocuments, createCompiledDocuments } from '../compiled/cache.ts';
import type { CompiledDocument } from '../compiled/compiled-queries.ts';
import type { CacheSize } from './document-weight.ts';
import { createParsedDocuments, type ParsedDocuments } from './parsed-documents.ts';

/** The document caches of a process: at most some 16 MB. */
export interface DocumentCaches {
  readonly parsed: ParsedDocuments;
  readonly compiled: CompiledDocuments<CompiledDocument>;
  /** By name. */
  sizes(): Readonly<Record<string, CacheSize>>;
  /** Digests of documents that came once. */
  seen(): Readonly<Record<string, number>>;
}

export function createDocumentCaches(): DocumentCaches {
  const parsed = createParsedDocuments();
  const compiled = createCompiledDocuments<CompiledDocument>();
  return {
    parsed,
    compiled,
    sizes() {
      const { persisted, others } = compiled.sizes();
      return { parsed: parsed.sizes().parsed, persisted, compiled: others };
    },
    seen: () => ({ documents_seen: parsed.sizes().seen, queries_seen: compiled.sizes().seen }),
  };
}
