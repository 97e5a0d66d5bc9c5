import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { UpstreamUnavailable } from '../../../src/identity/errors.ts';
import { clientLike } from '../../embedded/oauth-calls.ts';
import { startOkta } from '../../embedded/start.ts';
import { startRawServer } from '../http/raw-server.ts';
import { callContext, newUser, providerOn } from '../start.ts';

const context = callContext();
const anna = newUser('anna@example.com');
const userId = '00u12345678901234567';
const second = clientLike({ clientId: '0oaSecond00000000001' });

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta({ perUsernamePerSecond: 1_000, seed: { clients: [second] } });
});
afterEach(() => okta.reset());

const idOf = (index: number) => `oar${String(index).padStart(17, '0')}`;
const tokens = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({
    id: idOf(from + index),
    status: 'ACTIVE',
    clientId: okta.seeded.apiClient.clientId,
    created: '2026-11-01T00:00:00.000Z',
  }));

/** An org whose management API is a stand-in; every answer but those of `answer` is an empty 204. */
async function orgAnswering(answer: (request: IncomingMessage, url: string) => unknown[] | null) {
  const server = await startRawServer((response: ServerResponse, request) => {
    const body = answer(request, server.url);
    if (body === null) {
      setTimeout(() => response.writeHead(204).end(), 5);
      return;
    }
    const [json, link] = body;
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(typeof link === 'string' && { link }),
    });
    response.end(JSON.stringify(json));
  });
  const { provider } = providerOn(okta, { orgUrl: server.url });
  return { server, provider };
}

it('reads every page of the sessions', async () => {
  const { provider } = await orgAnswering(({ url = '' }, org) => {
    const next = `<${org}${url}&after=more>; rel="next"`;
    return url.includes('after=') ? [tokens(200, 230)] : [tokens(0, 200), next];
  });
  const sessions = await provider.findSessions(userId, context);
  expect(new Set(sessions.map(({ id }) => id)).size).toBe(230);
});

it('ends with the others what is odd about a session, and says so where it cannot', async () => {
  const ended: string[] = [];
  let more: unknown[] = [];
  const { provider } = await orgAnswering(({ method, url = '' }) => {
    if (method === 'DELETE') ended.push(url.split('/').at(-1) ?? '');
    const [mine, other, dormant, dateless, revoked] = tokens(0, 5);
    const odd = [
      { ...dormant, status: 'DORMANT' },
      { ...dateless, created: null, status: 7 },
      { ...revoked, status: 'REVOKED' },
    ];
    return method === 'GET' ? [[mine, other, ...odd, ...more]] : null;
  });
  expect(await provider.endOtherSessions(userId, idOf(0), context)).toBe(3);
  expect(ended.sort()).toEqual([
    idOf(1),
    idOf(2),
    idOf(3),
    'sessions?oauthTokens=false&forgetDevices=false',
  ]);
  ended.length = 0;
  more = [{ status: 'ACTIVE' }];
  const answer = provider.endOtherSessions(userId, idOf(0), context);
  await expect(answer).rejects.toBeInstanceOf(UpstreamUnavailable);
  expect(ended).toHaveLength(4);
});

it('follows no link to another place', async () => {
  const elsewhere = await startRawServer((response) => response.end('[]'));
  const { provider } = await orgAnswering(() => [
    tokens(0, 1),
    `<${elsewhere.url}/api/v1/users>; rel="next"`,
  ]);
  const found = provider.findSessions(userId, context);
  await expect(found).rejects.toBeInstanceOf(UpstreamUnavailable);
  expect(elsewhere.requests()).toBe(0);
});

it('leaves out ended ones, and returns null for what Okta does not say', async () => {
  const [plain, revoked, expired] = tokens(0, 3);
  const { provider } = await orgAnswering(() => [
    [
      plain,
      { ...revoked, status: 'REVOKED' },
      { ...expired, expiresAt: '2026-11-02T00:00:00.000Z' },
    ],
  ]);
  expect(await provider.findSessions(userId, context)).toEqual([
    {
      id: idOf(0),
      clientId: okta.seeded.apiClient.clientId,
      createdAt: new Date('2026-11-01T00:00:00.000Z'),
      lastUsedAt: new Date('2026-11-01T00:00:00.000Z'),
      expiresAt: null,
    },
  ]);
});

it('ends many sessions without taking up the org', async () => {
  const { provider, server } = await orgAnswering(({ method }) =>
    method === 'GET' ? [tokens(0, 40)] : null,
  );
  expect(await provider.endOtherSessions(userId, idOf(7), context)).toBe(39);
  expect(server.mostInFlight()).toBeLessThanOrEqual(4);
});

it('knows the sessions of every accepted app, and no others', async () => {
  const { apiClient } = okta.seeded;
  const { provider } = providerOn(okta);
  const { id } = await provider.createUser(anna, context);
  const other = providerOn(okta, {
    clientId: second.clientId,
    clientAuthentication: { method: 'client_secret_basic', secret: second.secret ?? '' },
  });
  await other.provider.logIn(anna, context);
  expect(await provider.findSessions(id, context)).toEqual([]);
  const both = providerOn(okta, { acceptedClientIds: [apiClient.clientId, second.clientId] });
  const [session] = await both.provider.findSessions(id, context);
  expect(session?.clientId).toBe(second.clientId);
  await both.provider.endSession(id, session?.id ?? '', context);
  expect(await both.provider.findSessions(id, context)).toEqual([]);
});

it('goes on with a deletion when the caller goes away', async () => {
  const { provider } = providerOn(okta);
  const { id } = await provider.createUser(anna, context);
  const caller = new AbortController();
  okta.fail({ method: 'DELETE', path: '/api/v1/users/', fault: { kind: 'delay', ms: 50 } });
  const deleted = provider.deleteAccount(id, callContext(caller.signal));
  const gone = new Error('gone');
  setTimeout(() => caller.abort(gone), 20);
  await expect(deleted).rejects.toBe(gone);
  await expect.poll(async () => (await provider.findUsers([id], context)).size).toBe(0);
});

it('begins no deletion for a caller who has gone', async () => {
  const { provider } = providerOn(okta);
  const { id } = await provider.createUser(anna, context);
  const gone = new Error('gone');
  const deleted = provider.deleteAccount(id, callContext(AbortSignal.abort(gone)));
  await expect(deleted).rejects.toBe(gone);
  expect((await provider.findUsers([id], context)).get(id)).toMatchObject({ status: 'ACTIVE' });
});

it('deletes although the answers of Okta get lost', async () => {
  const { provider, calls } = providerOn(okta);
  const { id } = await provider.createUser(anna, context);
  const fault = { kind: 'reset', when: 'after' } as const;
  okta.fail({ method: 'DELETE', path: '/api/v1/users/', times: 1, fault });
  await provider.deleteAccount(id, context);
  expect((await provider.findUsers([id], context)).size).toBe(0);
  expect(calls.filter(({ endpoint }) => endpoint === 'users/delete')).toMatchObject([
    { status: null },
    { status: 204 },
    { status: 404 },
  ]);
});
