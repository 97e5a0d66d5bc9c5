import type { DocumentTypeDecoration } from '../documents/graphql.ts';

/**
 * A document that knows its types: of this package, of GraphQL Code Generator
 * (`documentMode: 'string'`), or any text that is cast to it.
 */
export type TypedDocument<Result, Variables> = DocumentTypeDecoration<Result, Variables> & {
  toString(): string;
};

/** One document on its way to the API. */
export interface Prepared {
  readonly text: string;
  /** Prefixed SHA-256 (GraphQL over HTTP, Appendix A: Persisted Documents). */
  readonly id: string;
  /** Of the operation; `anonymous` where it has none. */
  readonly name: string;
}

/** Far more than a storefront has, unless it writes values into its texts. */
const mostTexts = 500;

/** Hashed once for each text. */
export function createPrepare(): (document: { toString(): string }) => Promise<Prepared> {
  const prepared = new Map<string, Promise<Prepared>>();
  return (document) => {
    // GraphQL Code Generator indents its strings; the API knows documents as graphql-js prints them.
    const text = document.toString().trim();
    const known = prepared.get(text);
    if (known !== undefined) return known;
    if (prepared.size >= mostTexts) prepared.clear();
    const hashed = prepare(text);
    prepared.set(text, hashed);
    return hashed;
  };
}

/** Whether it changes something. Comments may stand before the word. */
export function isMutation(document: { toString(): string }): boolean {
  return /(^|[\s}])mutation\b/.test(document.toString().replaceAll(/#.*|"(?:[^"\\]|\\.)*"/g, ''));
}

async function prepare(text: string): Promise<Prepared> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'));
  const [, name = 'anonymous'] = /(?:^|[\s}])(?:query|mutation)\s+([_A-Za-z]\w*)/.exec(text) ?? [];
  return { text, id: `sha256:${hex.join('')}`, name };
}
