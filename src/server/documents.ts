import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';

/** The documents that callers need not send in full (GraphQL over HTTP, Appendix A: Persisted Documents). */
export interface Documents {
  has(text: string): boolean;
  /** @param id `sha256:` and the SHA-256 of the text in hexadecimal; null: it is of none of them */
  textOf(id: string): string | null;
}

const prefix = 'sha256:';

export function createDocuments(texts: readonly string[]): Documents {
  const known = new Set(texts);
  const byId = new Map(texts.map((text) => [prefix + sha256(text), text]));
  return {
    has: (text) => known.has(text),
    textOf: (id) => byId.get(id) ?? null,
  };
}

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
  const { data: documents } = manifest.safeParse(parsed(text));
  if (documents === undefined) throw refuse('is no JSON object of documents by their SHA-256');
  for (const [id, document] of Object.entries(documents)) {
    const isRight = [sha256(document), prefix + sha256(document)].includes(id);
    if (!isRight) throw refuse(`has a document that is not under its SHA-256, but under "${id}"`);
  }
  return Object.values(documents);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
