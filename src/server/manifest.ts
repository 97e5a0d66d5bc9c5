import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { documentId, sha256 } from './documents.ts';
import { parseJson } from './json.ts';

const manifest = z.record(z.string(), z.string());

/**
 * The texts of a manifest, as GraphQL Code Generator writes it (`persistedDocuments` of its client
 * preset): a JSON object of each text by its SHA-256.
 * @throws Error that says what is wrong with it
 */
export async function readManifest(file: string): Promise<readonly string[]> {
  const refuse = (problem: string) => new Error(`DOCUMENTS_FILE ${problem}: ${file}`);
  const text = await readFile(file, 'utf8').catch(() => {
    throw refuse('cannot be read');
  });
  const { data: documents } = manifest.safeParse(parseJson(text));
  if (documents === undefined) throw refuse('is no JSON object of documents by their SHA-256');
  for (const [id, document] of Object.entries(documents)) {
    const digest = sha256(document);
    if (id === digest || id === documentId(digest)) continue;
    throw refuse(`has a document that is not under its SHA-256, but under "${id}"`);
  }
  return Object.values(documents);
}
