import { readFile } from 'node:fs/promises';
import * as z from 'zod';

/** One of the documents that the schema ships with, and how to try it. */
export interface Operation {
  /** The operation's name, for example `LogIn`. */
  readonly name: string;
  readonly query: string;
  readonly authorization: 'none' | 'customer' | 'service';
  /** GraphiQL's page replaces a text `{{name}}` in it. */
  readonly variables: Readonly<Record<string, unknown>>;
}

const folder = new URL('../../../../schema/operations/', import.meta.url);

const examples = z.array(
  z.object({
    operation: z.string(),
    document: z.string().regex(/^[\w-]+\.graphql$/),
    authorization: z.enum(['none', 'customer', 'service']),
    variables: z.record(z.string(), z.unknown()),
  }),
);

/** The documents of schema/operations. */
export async function readOperations(): Promise<readonly Operation[]> {
  const listed = examples.parse(JSON.parse(await read('examples.json')));
  return Promise.all(
    listed.map(async ({ operation, document, authorization, variables }) => ({
      name: operation,
      query: await read(document),
      authorization,
      variables,
    })),
  );
}

function read(file: string): Promise<string> {
  return readFile(new URL(file, folder), 'utf8');
}
