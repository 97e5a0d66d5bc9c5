import { describe, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { toError } from '../../src/okta/errors/error-table.ts';
import { readLogEvent } from '../../src/okta/events/log-event.ts';
import { createHttp } from '../../src/okta/http/client.ts';
import { readUserSchema } from '../../src/okta/management/user-schema.ts';
import { readError, readFailure } from '../../src/okta/wire/answer.ts';
import { authnTransaction, oktaId } from '../../src/okta/wire/schemas.ts';
import {
  type Interaction,
  isObject,
  type Json,
  pathOf,
  readRecordings,
  recordingsAvailable,
} from '../embedded/replay/recordings.ts';
import { startRawServer } from './http/raw-server.ts';
import { callContext, providerOn } from './start.ts';

const context = callContext();
const all = recordingsAvailable ? readRecordings().flatMap(({ interactions }) => interactions) : [];
const good = (pattern: RegExp) =>
  all.filter((one) => one.status === 200 && pattern.test(pathOf(one)) && one.response !== null);
const listed = (interactions: readonly Interaction[]): Record<string, Json>[] =>
  interactions.flatMap(({ response }) => [response].flat()).filter(isObject);

/** The adapter on an org that answers everything with this. */
async function reading(answer: () => unknown) {
  const server = await startRawServer((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer()));
  });
  // Of the seed of an embedded org only what a configuration needs.
  const org = {
    url: server.url,
    issuer: `${server.url}/oauth2/default`,
    seeded: {
      apiClient: { clientId: 'client', clientSecret: 'x', redirectUri: 'https://x/' },
      apiToken: 'x',
    },
  } as unknown as EmbeddedOkta;
  return { ...providerOn(org), url: server.url };
}

describe.skipIf(!recordingsAvailable)(
  'the answers that real orgs gave are read (skipped without them)',
  () => {
    it('every user', async () => {
      const users = listed(good(/^\/api\/v1\/users(\/[^/]+)?$/)).filter(
        ({ id, profile }) => id && profile,
      );
      expect(users.length).toBeGreaterThan(500);
      // One fake of a recorder has an id that Okta does not give.
      const real = users.filter(({ id }) => oktaId.safeParse(id).success);
      expect(users.length - real.length).toBeLessThan(2);
      let page: unknown[] = [];
      const { provider, calls } = await reading(() => page);
      for (let from = 0; from < real.length; from += 100) {
        page = real.slice(from, from + 100);
        const ids = real.slice(from, from + 100).map(({ id }) => String(id));
        const found = await provider.findUsers(ids, context);
        for (const id of ids) expect(found.get(id)).toMatchObject({ id });
      }
      expect(calls.flatMap(({ unreadable }) => unreadable)).toEqual([]);
    });

    it('every factor', async () => {
      const lists = good(/^\/api\/v1\/users\/[^/]+\/factors$/).filter(
        ({ method }) => method === 'GET',
      );
      expect(lists.length).toBeGreaterThan(0);
      let page: unknown = [];
      const { provider, calls } = await reading(() => page);
      for (const { response } of lists) {
        page = response;
        await provider.listFactors('00u12345678901234567', context);
      }
      expect(calls.flatMap(({ unreadable }) => unreadable)).toEqual([]);
    });

    it('every list of policies', async () => {
      const lists = all.filter(
        ({ method, path, status }) =>
          method === 'GET' && status === 200 && /\/policies\?.*type=PASSWORD/.test(path),
      );
      expect(lists.length).toBeGreaterThan(50);
      const distinct = new Map(lists.map(({ response }) => [JSON.stringify(response), response]));
      for (const response of distinct.values()) {
        const { provider, calls } = await reading(() => response);
        const policy = await provider.passwordPolicy(context);
        expect(policy.minLength).toBeGreaterThanOrEqual(4);
        expect(calls.flatMap(({ unreadable }) => unreadable)).toEqual([]);
      }
    });

    it('every user schema, with every attribute', async () => {
      const schemas = good(/^\/api\/v1\/meta\/schemas\/user\/default$/);
      expect(schemas.length).toBeGreaterThan(100);
      let schema: unknown;
      const { url } = await reading(() => schema);
      const http = createHttp({ callTimeoutMs: 3_000, now: Date.now, observe: () => undefined });
      const management = () => ({ method: 'ssws', apiToken: 'x' }) as const;
      for (const { response } of schemas) {
        schema = response;
        const read = await readUserSchema(
          { orgUrl: url, management },
          { http, now: Date.now },
          context,
        );
        expect(read.unreadable).toEqual([]);
        expect(read.base.size).toBeGreaterThan(15);
      }
      await http.close();
    });

    it('every transaction of /authn and every event of the System Log', () => {
      const transactions = good(/^\/api\/v1\/authn(\/|$)/).map(({ response }) => response);
      for (const transaction of transactions) {
        expect(authnTransaction.safeParse(transaction).success).toBe(true);
      }
      for (const event of listed(good(/^\/api\/v1\/logs$/)))
        expect(readLogEvent(event)).not.toBeNull();
    });

    it('every error, by its code', async () => {
      const errors = all.filter(
        ({ status, response }) =>
          status >= 400 && isObject(response) && ('errorCode' in response || 'error' in response),
      );
      expect(errors.length).toBeGreaterThan(100);
      for (const { status, headers, response } of errors) {
        const answer = new Response(JSON.stringify(response), { status, headers });
        const { errorCode, error } = response as Record<string, Json>;
        expect(readError(answer, JSON.stringify(response))?.code).toBe(errorCode ?? error);
        expect(toError(await readFailure('users/list', answer, 0))).toBeInstanceOf(Error);
      }
    });
  },
);
