import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { buildSchema, isAbstractType } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callerSdl } from '../../src/graphql/schema.ts';
import { type Stack, startStack } from '../support/start.ts';

const folder = new URL('../../schema/operations/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const shipped = readdirSync(folder).filter((file) => file.endsWith('.graphql'));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ production: true });
});
afterAll(() => stack.close());

/** What went over the wire, in order. */
interface Exchanged {
  readonly method: string;
  readonly hasQuery: boolean;
  readonly codes: readonly unknown[];
}
const exchanged: Exchanged[] = [];
beforeEach(() => {
  exchanged.length = 0;
});

async function watched(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(input, init);
  const { errors = [] } = await response.clone().json();
  const hasQuery = typeof init.body === 'string' && 'query' in JSON.parse(init.body);
  const codes = errors.map((error: { extensions?: { code?: string } }) => error.extensions?.code);
  exchanged.push({ method: init.method ?? 'GET', hasQuery, codes });
  return response;
}

const byHash: Exchanged = { method: 'POST', hasQuery: false, codes: [] };
const inFull: Exchanged = { method: 'POST', hasQuery: true, codes: [] };
const unknown: Exchanged = { ...byHash, codes: ['PERSISTED_QUERY_NOT_FOUND'] };

/**
 * The types of each interface, as the plugin `fragment-matcher` of the code generator writes them.
 */
const schema = buildSchema(callerSdl());
const possibleTypes = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
);

function apollo(...links: ApolloLink[]): ApolloClient {
  const http = new HttpLink({ uri: `${stack.url}/graphql`, fetch: watched });
  const cache = new InMemoryCache({ possibleTypes });
  return new ApolloClient({ cache, link: ApolloLink.from([...links, http]) });
}

/** As docs/graphql-clients.md says: queries by POST. */
function urql(...persisted: ReturnType<typeof persistedExchange>[]): Client {
  return new Client({
    url: `${stack.url}/graphql`,
    preferGetMethod: false,
    fetch: watched,
    exchanges: [cacheExchange, ...persisted, fetchExchange],
  });
}

const customer = () => {
  const { email, password } = stack.okta.seeded.customer;
  return { input: { email, password } };
};
const ownQuery = 'query Own { accountConfig { passwordPolicy { minLength } } }';

describe('Apollo Client', () => {
  test('logs a customer in and asks for the rules of passwords, with nothing but an address', async () => {
    const client = apollo();
    const { data } = await client.mutate({
      mutation: gql(read('log-in.graphql')),
      variables: customer(),
    });
    expect(data).toMatchObject({ logIn: { __typename: 'LogInSuccess' } });
    const config = await client.query({ query: gql(ownQuery) });
    expect(config.data).toMatchObject({ accountConfig: { passwordPolicy: { minLength: 8 } } });
    expect(exchanged).toEqual([inFull, inFull]);
  });

  test('gets shipped documents by their hash, in one request each', async () => {
    const client = apollo(new PersistedQueryLink({ sha256 }));
    const { data } = await client.mutate({
      mutation: gql(read('log-in.graphql')),
      variables: customer(),
    });
    expect(data).toMatchObject({ logIn: { tokens: { __typename: 'Tokens' } } });
    await client.query({ query: gql(read('account-config.graphql')) });
    expect(exchanged).toEqual([byHash, byHash]);
  });

  test('sends another document in full each time, since the API learns none', async () => {
    const client = apollo(new PersistedQueryLink({ sha256 }));
    const fetchPolicy = 'network-only';
    await client.query({ query: gql(ownQuery), fetchPolicy });
    await client.query({ query: gql(ownQuery), fetchPolicy });
    expect(exchanged).toEqual([unknown, inFull, unknown, inFull]);
  });

  test('finds the code of a top-level error', async () => {
    const error = await apollo()
      .query({ query: gql(read('user.graphql')), variables: { id: '00u1' } })
      .catch((reason: unknown) => reason);
    expect(CombinedGraphQLErrors.is(error)).toBe(true);
    expect(error).toMatchObject({ errors: [{ extensions: { code: 'CALLER_UNAUTHENTICATED' } }] });
  });
});

describe('urql', () => {
  const persisted = () =>
    persistedExchange({ enableForMutation: true, preferGetForPersistedQueries: false });

  test('logs a customer in and asks for the rules of passwords', async () => {
    const client = urql();
    const { data } = await client.mutation(read('log-in.graphql'), customer()).toPromise();
    expect(data).toMatchObject({ logIn: { __typename: 'LogInSuccess' } });
    const config = await client.query(ownQuery, {}).toPromise();
    expect(config.data).toMatchObject({ accountConfig: { passwordPolicy: { minLength: 8 } } });
    expect(exchanged).toEqual([inFull, inFull]);
  });

  test('gets shipped documents by their hash, in one request each', async () => {
    const client = urql(persisted());
    const { data } = await client.mutation(read('log-in.graphql'), customer()).toPromise();
    expect(data).toMatchObject({ logIn: { tokens: { __typename: 'Tokens' } } });
    await client.query(read('account-config.graphql'), {}).toPromise();
    expect(exchanged).toEqual([byHash, byHash]);
  });

  test('sends another document in full each time, since the API learns none', async () => {
    const client = urql(persisted());
    for (let time = 0; time < 2; time += 1) {
      const { error } = await client
        .query(ownQuery, {}, { requestPolicy: 'network-only' })
        .toPromise();
      expect(error).toBeUndefined();
    }
    expect(exchanged).toEqual([unknown, inFull, unknown, inFull]);
  });

  test('learns from the refusal of its default, queries by GET, what to set', async () => {
    const client = new Client({ url: `${stack.url}/graphql`, exchanges: [fetchExchange] });
    const { error } = await client.query(ownQuery, {}).toPromise();
    expect(error?.message).toContain('preferGetMethod: false');
  });
});

test.each(shipped)('%s is known by the hash that each client sends of it', async (file) => {
  const document = read(file);
  const isMutation = /^mutation /m.test(document);
  const clients = {
    apollo: apollo(new PersistedQueryLink({ sha256 })),
    urql: urql(persistedExchange({ enableForMutation: true, preferGetForPersistedQueries: false })),
  };
  const ask = (ofApollo: ApolloClient) =>
    isMutation
      ? ofApollo.mutate({ mutation: gql(document) })
      : ofApollo.query({ query: gql(document) });
  // Without variables each is refused, by a server that knows what it refuses.
  await ask(clients.apollo).catch(() => undefined);
  await (isMutation
    ? clients.urql.mutation(document, {})
    : clients.urql.query(document, {})
  ).toPromise();
  expect(exchanged.map(({ hasQuery }) => hasQuery)).toEqual([false, false]);
  expect(exchanged.flatMap(({ codes }) => codes)).not.toContain('PERSISTED_QUERY_NOT_FOUND');
});
