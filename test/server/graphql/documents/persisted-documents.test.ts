import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readManifest } from '../../../../src/server/graphql/documents/documents-file.ts';
import { createDocuments } from '../../../../src/server/graphql/documents/persisted-documents.ts';
import { startTiny, type Tiny } from '../../tiny.ts';

const echo = 'query Echo($text: String!) { echo(text: $text) }';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let server: Tiny;
beforeAll(async () => {
  server = await startTiny({ documents: createDocuments([echo]), production: false });
});
afterAll(() => server.close());

async function send(body: object) {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${server.url}/graphql`, init);
  return { status: response.status, body: await response.json() };
}

const variables = { text: 'hello' };
const answer = { data: { echo: 'hello' } };

describe('a document that the server knows need not be sent', () => {
  test.each([
    ['by documentId', { documentId: `sha256:${sha256(echo)}` }],
    [
      'as Apollo Client names it',
      { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(echo) } } },
    ],
  ])('%s', async (_how, named) => {
    // The second and third time by the fast lane.
    for (let time = 0; time < 3; time += 1) {
      expect(await send({ ...named, variables })).toEqual({ status: 200, body: answer });
    }
  });
});

test.each([
  ['of another', { documentId: `sha256:${sha256('{ me { id } }')}` }],
  ['without its prefix', { documentId: sha256(echo) }],
  ['that is the name of a member of every object', { documentId: '__proto__' }],
  ['of Apollo Client', { extensions: { persistedQuery: { sha256Hash: sha256('other') } } }],
])('an id %s is not known, in the words that clients wait for', async (_whose, named) => {
  const { status, body } = await send({ ...named, variables });
  expect(status).toBe(400);
  expect(body.errors).toEqual([
    {
      message: 'PersistedQueryNotFound',
      extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', requestId: expect.any(String) },
    },
  ]);
});

test('a client that sends the document in full with its hash gets its answer', async () => {
  const query = '{ echo(text: "hello") }';
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
  expect(await send({ query, extensions })).toEqual({ status: 200, body: answer });
});

test('an empty `documentId` beside a document names none', async () => {
  const query = '{ echo(text: "hello") }';
  expect(await send({ query, documentId: '' })).toEqual({ status: 200, body: answer });
});

test.each([
  { query: echo, documentId: `sha256:${sha256(echo)}` },
  { documentId: 7 },
  { documentId: '' },
  { extensions: { persistedQuery: { sha256Hash: 7 } } },
])('what names no document, or two, is refused: %j', async (named) => {
  const { status, body } = await send({ ...named, variables });
  expect(status).toBe(400);
  expect(body.data).toBeUndefined();
});

describe('a manifest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const written = (content: string) => {
    const file = join(folder, `${sha256(content)}.json`);
    writeFileSync(file, content);
    return file;
  };

  test('has documents by their SHA-256, with the prefix or without', async () => {
    const other = '{ me { id } }';
    const content = { [sha256(echo)]: echo, [`sha256:${sha256(other)}`]: other };
    expect(await readManifest(written(JSON.stringify(content)))).toEqual([echo, other]);
  });

  test('may be one of Apollo’s', async () => {
    const operations = [{ id: sha256(echo), name: 'Echo', type: 'query', body: echo }];
    const content = { format: 'apollo-persisted-query-manifest', version: 1, operations };
    expect(await readManifest(written(JSON.stringify(content)))).toEqual([echo]);
    const wrong = { ...content, operations: [{ ...operations[0], id: 'Echo' }] };
    await expect(readManifest(written(JSON.stringify(wrong)))).rejects.toThrow('under "Echo"');
  });

  test.each([
    ['that is no JSON', 'query { me }', 'is no JSON object'],
    ['that is a list', '["{ me }"]', 'is no JSON object'],
    ['with ids of another kind', JSON.stringify({ Echo: echo }), 'under "Echo"'],
  ])('%s is refused in words', async (_which, content, words) => {
    await expect(readManifest(written(content))).rejects.toThrow(words);
  });

  test('that is not there is refused by its name', async () => {
    await expect(readManifest(join(folder, 'none.json'))).rejects.toThrow(
      'DOCUMENTS_FILE cannot be read',
    );
  });
});
