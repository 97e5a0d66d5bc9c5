import { type CompiledDocuments, createCompiledDocuments } from './compiled/cache.ts';
import type { CompiledDocument } from './compiled/compiled-queries.ts';
import type { CacheSize } from './documents/document-weight.ts';
import { createParsedDocuments, type ParsedDocuments } from './documents/parsed-documents.ts';

/** The document caches of a process: at most some 20 MB. */
export interface DocumentCaches {
  readonly parsed: ParsedDocuments;
  readonly compiled: CompiledDocuments<CompiledDocument>;
  /** By name. */
  sizes(): Readonly<Record<string, CacheSize>>;
  /** Digests of documents that came before. */
  seen(): Readonly<Record<string, number>>;
}

export function createDocumentCaches(): DocumentCaches {
  const parsed = createParsedDocuments();
  const compiled = createCompiledDocuments<CompiledDocument>();
  return {
    parsed,
    compiled,
    sizes() {
      const { persisted, ofServices, ofAnyone } = compiled.sizes();
      const documents = { persisted, compiled: ofServices, compiled_of_anyone: ofAnyone };
      return { parsed: parsed.sizes().parsed, ...documents };
    },
    seen: () => ({ documents_seen: parsed.sizes().seen, queries_seen: compiled.sizes().seen }),
  };
}
