import { readFile } from 'node:fs/promises';
import { findNodeAtLocation } from 'jsonc-parser';
import type * as z from 'zod';
import { lineAt, nearestNode, readJson, repeatedNames } from './json-places.ts';
import { type OrgSeed, seedSchema } from './seed-schema.ts';

/** One fault of a seed file. */
export interface SeedProblem {
  /** From 1. */
  readonly line: number;
  /** Path of the member, such as `users[0].status`; empty for the whole file. */
  readonly path: string;
  readonly problem: string;
}

/** The seed cannot be used. */
export class SeedError extends Error {}

/** Its message lists every fault with its line, and no value, since values may be passwords. */
export class InvalidSeed extends SeedError {
  readonly problems: readonly SeedProblem[];

  constructor(file: string, problems: readonly SeedProblem[]) {
    const lines = problems.map(
      ({ line, path, problem }) => `  line ${line}${path && `, ${path}`}: ${problem}`,
    );
    super(`${file} is not a valid seed:\n\n${lines.join('\n')}\n\nSee docs/embedded-okta.md.`);
    this.problems = problems;
  }
}

/** @throws InvalidSeed; SeedError where the file cannot be read */
export async function readSeed(file: string): Promise<OrgSeed> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new SeedError(`The seed ${file} cannot be read (${error.code}).`);
  });
  return parseSeed(text, file);
}

/** @param file names the text in errors. @throws InvalidSeed */
export function parseSeed(text: string, file: string): OrgSeed {
  const json = text.replace(/^\uFEFF/, '');
  const read = readJson(json);
  if (!read.ok) throw new InvalidSeed(file, [read.problem]);
  const problems = [...repeatedNames(read.root, json)];
  const parsed = seedSchema.safeParse(JSON.parse(json));
  for (const issue of parsed.error?.issues ?? []) {
    for (const { path, problem } of readIssue(issue)) {
      const node = findNodeAtLocation(read.root, [...path]);
      const line = lineAt(json, nearestNode(read.root, path).offset);
      const isMissing = node === undefined && issue.code !== 'custom';
      problems.push({ line, path: written(path), problem: isMissing ? 'It is missing.' : problem });
    }
  }
  if (!parsed.success || problems.length > 0) throw new InvalidSeed(file, problems);
  const { apps, ...seed } = parsed.data;
  return { ...seed, ...(apps !== undefined && { clients: apps }) };
}

type Path = readonly (string | number)[];

/** A fault of the schema in plain words; an unknown member is a fault of its own each. */
function readIssue(
  issue: z.core.$ZodIssue,
): readonly { readonly path: Path; readonly problem: string }[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        problem: 'There is no such member.',
      }));
    case 'invalid_value':
      return [{ path, problem: `It has to be one of: ${issue.values.join(', ')}.` }];
    case 'invalid_type':
      return [{ path, problem: `It has to be ${kinds[issue.expected] ?? issue.expected}.` }];
    default:
      return [{ path, problem: issue.message }];
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** `users[0].status` */
function written(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}
