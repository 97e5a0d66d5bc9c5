import { hash } from 'node:crypto';

/** The documents that callers need not send in full (GraphQL over HTTP, Appendix A: Persisted Documents). */
export interface Documents {
  has(text: string): boolean;
  /** @param id of `documentId`; null: it is of none of them */
  textOf(id: string): string | null;
}

/** @param texts known exactly as they are; shipped documents go through `documentForms` first */
export function createDocuments(texts: readonly string[]): Documents {
  const known = new Set(texts);
  const byId = new Map(texts.map((text) => [documentId(sha256(text)), text]));
  return {
    has: (text) => known.has(text),
    textOf: (id) => byId.get(id) ?? null,
  };
}

/** A prefixed document identifier. @param digest SHA-256 of the text, in hexadecimal */
export function documentId(digest: string): string {
  return `sha256:${digest}`;
}

/** In hexadecimal. */
export function sha256(text: string): string {
  return hash('sha256', text);
}
