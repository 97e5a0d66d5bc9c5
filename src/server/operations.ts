import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Tab } from './graphiql.ts';

/** One of the documents that the schema ships with, and how to try it. */
export interface Operation {
  /** The operation's name, for example `LogIn`. */
  readonly name: string;
  readonly query: string;
  readonly authorization: 'none' | 'customer' | 'service';
  readonly variables: Readonly<Record<string, unknown>>;
}

const folder = new URL('../../schema/operations/', import.meta.url);

const examples = z.array(
  z.object({
    operation: z.string(),
    document: z.string().regex(/^[\w-]+\.graphql$/),
    authorization: z.enum(['none', 'customer', 'service']),
    variables: z.record(z.string(), z.unknown()),
  }),
);

/** The documents of schema/operations, in the order in which a newcomer tries them. */
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

const welcome = `# Walk through the tabs from left to right.
#
# SignUp, LogIn: run them, copy the tokens.
# Me: paste the access token under Headers.
# RefreshToken: paste the refresh token.
# ValidateToken: what a backend asks; it is
#   under Headers who asks.
# RequestPasswordReset: then open the outbox,
#   whose address the start has printed.
# ResetPassword: paste the token of the mail,
#   and log in with the new password.

query Welcome {
  __typename
}
`;

/**
 * The first tab is the only one whose variables GraphiQL 5 does not show at the first visit, so it is
 * one that has none. @param service the `Authorization` of the tabs that a backend would send
 */
export function toTabs(operations: readonly Operation[], service: string): readonly Tab[] {
  const headers = {
    none: {},
    customer: { authorization: 'Bearer paste-the-access-token' },
    service: { authorization: service },
  };
  const tabs = operations.map(({ query, variables, authorization }) => ({
    query,
    variables: JSON.stringify(variables, null, 2),
    headers: JSON.stringify(headers[authorization], null, 2),
  }));
  return [{ query: welcome, variables: '{}', headers: '{}' }, ...tabs];
}
