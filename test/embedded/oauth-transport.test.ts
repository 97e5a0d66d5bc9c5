import { createServer } from 'node:net';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '../../src/embedded/handle.ts';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';
import { decode, introspect, readReply, signIn } from './oauth-calls.ts';
import { startOkta } from './start.ts';

const clock = { now: 1_700_000_020_500 };
const okta = await startOkta({
  now: () => clock.now,
  perUsernamePerSecond: 1000,
  rateLimits: { oauth: 2, user: 1 },
});

beforeEach(() => okta.reset());

async function call(path: string, init: RequestInit = {}) {
  return readReply(await fetch(okta.url + path, init));
}

const admin = () => ({ authorization: `SSWS ${okta.seeded.apiToken}` });

describe('errors of the org as a whole', () => {
  test.each([
    ['an unknown path', 'GET', '/api/v2/anything', 404, 'E0000008'],
    ['another method', 'DELETE', '/oauth2/default/v1/token', 405, 'E0000022'],
    ['no credentials', 'GET', '/api/v1/users', 401, 'E0000011'],
  ])('%s', async (_name, method, path, status, code) => {
    const reply = await call(path, { method });
    expect(reply.status).toBe(status);
    expect(reply.body).toMatchObject({ errorCode: code, errorLink: code, errorCauses: [] });
    expect(reply.headers.get('x-okta-request-id')).toMatch(/^\w{27}$/);
  });

  test('a wrong API token, and a token of a custom authorization server', async () => {
    const { access } = await signIn(okta);
    for (const authorization of ['SSWS nope', `Bearer ${access}`, 'Bearer junk']) {
      const reply = await call('/api/v1/users', { headers: { authorization } });
      expect([reply.status, reply.body['errorCode']]).toEqual([401, 'E0000011']);
    }
  });

  test('a body that is no JSON', async () => {
    const headers = { ...admin(), 'content-type': 'application/json' };
    const reply = await call('/api/v1/users', { method: 'POST', headers, body: '{"profile":' });
    expect([reply.status, reply.body['errorCode']]).toEqual([400, 'E0000003']);
  });
});

describe('rate limits', () => {
  const userinfo = () => call('/oauth2/default/v1/userinfo');

  test('count down in a window that starts with its first request', async () => {
    const first = await userinfo();
    expect(first.headers.get('x-rate-limit-limit')).toBe('2');
    expect(first.headers.get('x-rate-limit-remaining')).toBe('1');
    expect(first.headers.get('x-rate-limit-reset')).toBe('1700000081');
    clock.now += 59_000;
    expect((await userinfo()).headers.get('x-rate-limit-remaining')).toBe('0');
    const over = await userinfo();
    expect(over.status).toBe(429);
    expect(over.body).toMatchObject({ errorCode: 'E0000047' });
    expect(over.headers.get('x-rate-limit-remaining')).toBe('0');
    clock.now += 1_000;
    expect((await userinfo()).status).toBe(401);
    clock.now = 1_700_000_020_500;
  });

  test('belong to one authorization server and one endpoint', async () => {
    for (let time = 0; time < 3; time += 1) await userinfo();
    expect((await userinfo()).status).toBe(429);
    expect((await call('/oauth2/v1/userinfo')).status).toBe(401);
    expect((await signIn(okta)).status).toBe(200);
    const read = () => call(`/api/v1/users/${okta.seeded.customer.email}`, { headers: admin() });
    expect((await read()).status).toBe(200);
    expect((await read()).status).toBe(429);
    expect((await call('/api/v1/users', { headers: admin() })).status).toBe(200);
  });
});

describe('faults', () => {
  const path = '/oauth2/default/v1/token';
  const breakOnce = (fault: Fault) => okta.fail({ method: 'POST', path, times: 1, fault });
  const seen = () => okta.requests.all().map((request) => request.status);

  test('an answer of the test is given instead of the org acting', async () => {
    breakOnce({ kind: 'answer', status: 503, headers: { 'retry-after': '1' }, body: '{}' });
    const reply = await signIn(okta, { password: 'wrong' });
    expect([reply.status, reply.text]).toEqual([503, '{}']);
    expect(reply.headers.get('retry-after')).toBe('1');
    expect((await signIn(okta)).status).toBe(200);
    expect(seen()).toEqual([503, 200]);
  });

  test('a rule without a number lasts until it is undone', async () => {
    const undo = okta.fail({
      path: /\/token$/,
      fault: { kind: 'answer', status: 500, body: '{}' },
    });
    expect((await signIn(okta)).status).toBe(500);
    expect((await signIn(okta)).status).toBe(500);
    undo();
    expect((await signIn(okta)).status).toBe(200);
  });

  test('a delayed answer comes late', async () => {
    breakOnce({ kind: 'delay', ms: 60 });
    const before = performance.now();
    expect((await signIn(okta)).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(55);
  });

  test.each<[string, Fault, number]>([
    ['resets before it acts', { kind: 'reset', when: 'before' }, 0],
    ['resets after it acted', { kind: 'reset', when: 'after' }, 0],
    ['stops in the middle of the answer', { kind: 'truncate' }, 200],
  ])('an org that %s breaks the call', async (_name, fault, status) => {
    breakOnce(fault);
    await expect(signIn(okta)).rejects.toThrow();
    expect(seen()).toEqual([status]);
    expect((await signIn(okta)).status).toBe(200);
  });

  test('an org that hangs never answers, and can be closed nevertheless', async () => {
    const hanging = await startOkta();
    hanging.fail({ path, fault: { kind: 'hang' } });
    const call = signIn(hanging);
    const outcome = expect(call).rejects.toThrow();
    while (hanging.requests.all().length === 0) await new Promise(setImmediate);
    await hanging.close();
    await outcome;
  });
});

test('the request log shows what came, in order, and can be cleared', async () => {
  await call('/oauth2/default/v1/userinfo?x=1', { headers: { 'X-Custom': 'yes' } });
  expect(okta.requests.all()).toEqual([
    {
      method: 'GET',
      path: '/oauth2/default/v1/userinfo',
      query: 'x=1',
      headers: expect.objectContaining({ 'x-custom': 'yes' }),
      status: 401,
      at: clock.now,
    },
  ]);
  okta.requests.clear();
  expect(okta.requests.all()).toEqual([]);
});

test('reset goes back to the seed and keeps the keys', async () => {
  const tokens = await signIn(okta);
  okta.setStatus(okta.seeded.customer.email, 'SUSPENDED');
  okta.fail({ path: '/', fault: { kind: 'answer', status: 500, body: '{}' } });
  const keys = await fetch(`${okta.issuer}/v1/keys`);
  expect(keys.status).toBe(500);
  await okta.reset();
  expect(okta.requests.all()).toEqual([]);
  const fresh = await signIn(okta);
  expect(fresh.status).toBe(200);
  expect(decode(fresh.access).header).toEqual(decode(tokens.access).header);
  expect((await introspect(okta, tokens.access)).body).toEqual({ active: false });
  expect(() => okta.setStatus('nobody@example.com', 'ACTIVE')).toThrow('no user of this login');
});

test('a taken port is a clear error', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => blocker.once('listening', resolve));
  const { port } = blocker.address() as { port: number };
  await expect(startEmbeddedOkta({ port })).rejects.toThrow(
    `The embedded Okta org cannot listen on 127.0.0.1:${port}: the port is taken.`,
  );
  blocker.close();
});
