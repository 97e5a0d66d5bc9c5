import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { parseJson } from '../../http/body.ts';
import { documentId, sha256 } from './persisted-documents.ts';

/** Of GraphQL Code Generator: `persistedDocuments` of its client preset. */
const bySha256 = z.record(z.string(), z.string());

/** Of Apollo: `@apollo/generate-persisted-query-manifest`. */
const ofApollo = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});

const manifest = z.union([
  ofApollo.transform(({ operations }) => operations.map(({ id, body }) => [id, body] as const)),
  bySha256.transform((documents) => Object.entries(documents)),
]);

/**
 * The texts of a manifest: a JSON object of each text by its SHA-256, or a manifest of Apollo's.
 * @throws Error that says what is wrong with it
 */
export async function readManifest(file: string): Promise<readonly string[]> {
  const refuse = (problem: string) => new Error(`DOCUMENTS_FILE ${problem}: ${file}`);
  const text = await readFile(file, 'utf8').catch(() => {
    throw refuse('cannot be read');
  });
  const { data: documents } = manifest.safeParse(parseJson(text));
  if (documents === undefined) throw refuse('is no JSON object of documents by their SHA-256');
  for (const [id, document] of documents) {
    const digest = sha256(document);
    if (id === digest || id === documentId(digest)) continue;
    throw refuse(`has a document that is not under its SHA-256, but under "${id}"`);
  }
  return documents.map(([, document]) => document);
}
