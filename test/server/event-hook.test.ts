import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RawRequest, send, startTiny, type Tiny } from './tiny.ts';

const [secret, next] = ['a-secret-of-this-hook', 'the-next-secret-of-it'];
const taken: unknown[] = [];

let api: Tiny;
let without: Tiny;
beforeAll(async () => {
  api = await startTiny({
    hook: {
      secrets: () => [secret, next],
      async take(body) {
        taken.push(body);
        if (JSON.stringify(body) === '"broken"') throw new Error('canary@example.com');
        return Array.isArray(body) ? null : { 'user.lifecycle.suspend': 1, other: 2 };
      },
    },
  });
  without = await startTiny();
});
afterAll(async () => {
  await api.close();
  await without.close();
});

const path = '/hooks/okta';
const post = (request: RawRequest = {}): RawRequest => ({
  path,
  body: '{}',
  ...request,
  headers: { authorization: secret, ...request.headers },
});
const get = (challenge: string): RawRequest => ({
  method: 'GET',
  path,
  headers: { 'x-okta-verification-challenge': challenge },
});

test('without a secret there is no hook', async () => {
  for (const request of [post(), get('abc')]) {
    const [hook, other] = [
      await send(without.url, request),
      await send(without.url, { ...request, path: '/nothing' }),
    ];
    expect(hook.status).toBe(404);
    expect(hook.json.errors?.[0]?.message).toBe(other.json.errors?.[0]?.message);
  }
});

test('the challenge comes back, and nothing that Okta would not send', async () => {
  const answer = await send(api.url, get('a7Bc-_~9'));
  expect([answer.status, answer.text]).toEqual([200, '{"verification":"a7Bc-_~9"}']);
  expect(answer.headers['cache-control']).toBe('no-store');
  for (const challenge of ['', 'x'.repeat(513), 'two words', 'ä']) {
    const refused = await send(api.url, get(Buffer.from(challenge).toString('latin1')));
    expect(refused.status).toBe(400);
    if (challenge !== '') expect(refused.text).not.toContain(challenge);
  }
});

test('a delivery with either secret is taken, answered without a body and counted in the log', async () => {
  taken.length = 0;
  for (const authorization of [secret, next]) {
    const answer = await send(api.url, post({ body: '{"a":1}', headers: { authorization } }));
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['x-request-id']).toBeDefined();
  }
  expect(taken).toEqual([{ a: 1 }, { a: 1 }]);
  const lines = api.lines().filter((line) => line['path'] === path && line['status'] === 204);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({ events: { 'user.lifecycle.suspend': 1, other: 2 } });
});

test.each([
  ['no secret', ''],
  ['a wrong one', 'a-secret-of-this-hooK'],
  ['a truncated one', secret.slice(0, -1)],
  ['a longer one', `${secret}x`],
  ['another scheme around it', `Bearer ${secret}`],
  ['both at once', `${secret},${next}`],
])('%s is refused before the body is read', async (_name, authorization) => {
  taken.length = 0;
  const answer = await send(api.url, post({ headers: { authorization }, body: 'not JSON' }));
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toBe('Bearer');
  expect(taken).toEqual([]);
  expect(`${answer.text}${api.logText()}`).not.toMatch(/secret-of/);
});

const delivery = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;
test.each<[string, RawRequest, number]>([
  ['one of a mebibyte', { body: delivery(1024 * 1024) }, 204],
  ['a larger one', { body: delivery(1024 * 1024 + 1) }, 413],
  ['a larger one of unknown length', { body: delivery(1024 * 1024 + 1), chunked: true }, 413],
  ['another content type', { headers: { 'content-type': 'text/plain' } }, 415],
  ['no JSON', { body: '{"canary' }, 400],
  ['no UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 400],
  ['no delivery', { body: '["canary"]' }, 400],
  ['what could not be published', { body: '"broken"' }, 500],
  ['PUT', { method: 'PUT' }, 405],
])('%s: the status says whether it was taken', async (_name, request, status) => {
  const answer = await send(api.url, post(request));
  expect(answer.status).toBe(status);
  expect(`${answer.text}${api.logText()}`).not.toContain('canary');
});
