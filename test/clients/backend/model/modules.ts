import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { AccountApiUnavailable } from '../../../../src/clients/backend/api/unavailable.ts';
import { AccountCache } from '../../../../src/clients/backend/cache/account-cache.ts';
import { digestOf } from '../../../../src/clients/backend/cache/verdicts.ts';
import { Questions } from '../../../../src/clients/backend/questions.ts';
import { FrameReader } from '../../../../src/clients/backend/stream/frames.ts';
import { SseParser } from '../../../../src/clients/backend/stream/sse-parser.ts';

export const modules = {
  AccountCache,
  Questions,
  FrameReader,
  SseParser,
  digestOf,
  AccountApiUnavailable,
};
/** What of the package the model runs: all but what opens connections. */
export type Modules = typeof modules;

/** A line of the package, and what a mistake would make of it. */
export interface Mutation {
  readonly file: string;
  readonly line: string;
  readonly becomes: string;
}

const source = new URL('../../../../src/clients/backend/', import.meta.url);

/** The same modules with a mistake in them. @throws where the line is not there, or is there twice */
export async function mutated(mutations: readonly Mutation[]): Promise<Modules> {
  const folder = mkdtempSync(`${tmpdir()}/account-backend-mutant-`);
  try {
    for (const part of ['api', 'cache', 'stream', 'questions.ts']) {
      cpSync(new URL(part, source), `${folder}/${part}`, { recursive: true });
    }
    for (const { file, line, becomes } of mutations) {
      const text = readFileSync(`${folder}/${file}`, 'utf8');
      if (text.split(line).length !== 2) throw new Error(`${file} does not have once: ${line}`);
      writeFileSync(
        `${folder}/${file}`,
        text.replace(line, () => becomes),
      );
    }
    const load = (path: string) => import(pathToFileURL(`${folder}/${path}`).href);
    const loaded = await Promise.all([
      load('cache/account-cache.ts'),
      load('questions.ts'),
      load('stream/frames.ts'),
      load('stream/sse-parser.ts'),
      load('cache/verdicts.ts'),
      load('api/unavailable.ts'),
    ]);
    return Object.assign({}, ...loaded);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
