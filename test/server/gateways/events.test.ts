import { EventSource as StandardEventSource } from 'eventsource';
import { Agent, EventSource as UndiciEventSource } from 'undici';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  LogOutDocument,
  ValidateTokenDocument,
} from '../../../src/clients/storefront/documents/graphql.ts';
import { bearer, logIn } from '../../features/flows.ts';
import { openEvents, soon } from '../../support/event-stream.ts';
import { type Stack, startStack } from '../../support/start.ts';
import { send, sendBytes } from '../tiny.ts';

const secret = 'a-secret-of-this-hook';
let stack: Stack;
let accessToken: string;
let userId: string;
beforeAll(async () => {
  stack = await startStack({ secrets: { hookSecrets: [secret] }, metrics: true });
  ({ accessToken } = await logIn(stack));
  const { data } = await ask();
  userId = data?.validateToken?.userId ?? '';
});
afterAll(() => stack.close());

const authorized = (headers: Record<string, string> = {}) => ({
  authorization: stack.basic,
  ...headers,
});
const ask = (headers: Record<string, string> = {}) =>
  stack.gql(ValidateTokenDocument, { input: { token: accessToken } }, authorized(headers));
const positionOf = async () => (await ask()).headers.get('events-position') ?? '';
/** One event at Okta, as its hook tells it. */
const happen = (eventType = 'user.account.update_profile') =>
  send(stack.url, {
    path: '/hooks/okta',
    headers: { authorization: secret },
    body: JSON.stringify({
      data: {
        events: [
          {
            uuid: crypto.randomUUID(),
            published: new Date(stack.clock.now()).toISOString(),
            eventType,
            outcome: { result: 'SUCCESS' },
            target: [{ id: userId, type: 'User', alternateId: 'canary@example.com' }],
          },
        ],
      },
    }),
  });
const next = (position: string, by = 1) => position.replace(/\d+$/, (n) => `${Number(n) + by}`);

test.each([
  ['nobody', {}, 401, 'Basic realm="events", charset="UTF-8"'],
  ['a wrong secret', { authorization: 'Basic eDp5' }, 401, 'Basic realm="events", charset="UTF-8"'],
  ['a bad token', bearer('x.y.z'), 401, 'Bearer realm="events", error="invalid_token"'],
])('%s gets no events', async (_who, headers, status, challenge) => {
  const answer = await send(stack.url, { method: 'GET', path: '/events', headers });
  expect(answer.status).toBe(status);
  expect(answer.headers['www-authenticate']).toBe(challenge);
});

test('a customer gets no events, and another method none either', async () => {
  const headers = bearer(accessToken);
  const refused = await send(stack.url, { method: 'GET', path: '/events', headers });
  expect(refused.status).toBe(403);
  expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope"');
  const posted = await send(stack.url, { path: '/events', headers: authorized() });
  expect(posted).toMatchObject({ status: 405, headers: { allow: 'GET' } });
});

test('the head says that nothing on the way may hold events back', async () => {
  const stream = await openEvents(stack.url, authorized());
  expect(stream.status).toBe(200);
  expect(stream.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  expect(stream.headers).not.toHaveProperty('content-encoding');
  await soon(() => expect(stream.named('hello')).toHaveLength(1));
  const [hello] = stream.named('hello');
  expect(hello?.id).toMatch(/^[\w-]{1,32}\.\d+$/);
  expect(hello?.data).toEqual({
    position: hello?.id,
    resumed: false,
    reach: 'local',
    completeUntil: null,
    keptFrom: expect.any(String),
    heartbeatSeconds: 1,
  });
});

test.each([
  ['of another epoch', async () => 'another-epoch.3'],
  ['from the future', async () => next(await positionOf(), 1_000)],
  ['of 10 kB', async () => `${(await positionOf()).split('.')[0]}.${'1'.repeat(10_000)}`],
  ['that is a list', async () => `${await positionOf()}, ${await positionOf()}`],
  ['that is no position', async () => '<script>'],
])('a Last-Event-ID %s is told that it must drop everything', async (_what, make) => {
  const lastEventId = await make();
  const stream = await openEvents(stack.url, authorized({ 'last-event-id': lastEventId }));
  await soon(() => expect(stream.named('hello')).toHaveLength(1));
  expect(stream.named('hello')[0]?.data).toMatchObject({ resumed: false });
  expect(stream.text()).not.toContain(lastEventId);
});

test('a Last-Event-ID with a NUL is no HTTP', async () => {
  const head = `GET /events HTTP/1.1\r\nHost: a\r\nAuthorization: ${stack.basic}\r\n`;
  const answer = await sendBytes(stack.url, `${head}Last-Event-ID: a.1\0\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});

test('events and answers share their positions, for services alone', async () => {
  const before = await positionOf();
  const stream = await openEvents(stack.url, authorized({ 'last-event-id': before }));
  await soon(() => expect(stream.named('hello')[0]?.data).toMatchObject({ resumed: true }));
  await happen();
  await soon(() => expect(stream.events()).toHaveLength(1));
  const [event] = stream.events();
  expect(event?.id).toBe(next(before));
  expect(await positionOf()).toBe(event?.id);
  const introspected = await send(stack.url, {
    path: '/introspect',
    headers: authorized({ 'content-type': 'application/x-www-form-urlencoded' }),
    body: `token=${accessToken}`,
  });
  expect(introspected.headers['events-position']).toBe(event?.id);
  const own = await send(stack.url, {
    body: '{"query":"{ me { id } }"}',
    headers: bearer(accessToken),
  });
  expect(own.headers).not.toHaveProperty('events-position');
  expect(stream.text()).not.toMatch(/@|canary|eyJ/);
});

test('an answer waits a moment for a position that the caller knows from elsewhere', async () => {
  const before = await positionOf();
  const waiting = ask({ 'events-position': next(before) });
  await happen();
  expect((await waiting).headers.get('events-position')).toBe(next(before));
  const startedAt = performance.now();
  const far = await ask({ 'events-position': next(before, 9) });
  expect(performance.now() - startedAt).toBeGreaterThan(200);
  expect(far.headers.get('events-position')).toBe(next(before));
  expect(far.data?.validateToken).not.toBeNull();
});

test.each(['other.7', 'nonsense', 'x'.repeat(10_000)])(
  'a position that is none of this stream is ignored',
  async (sent) => {
    expect((await ask({ 'events-position': sent })).data?.validateToken).not.toBeNull();
  },
);

/** Libraries that know nothing of this API. */
type Source = Pick<StandardEventSource, 'addEventListener' | 'close'>;
test.each<[string, () => Source]>([
  [
    'eventsource',
    () =>
      new StandardEventSource(`${stack.url}/events`, {
        fetch: (url, init) =>
          fetch(url, { ...init, headers: { ...init.headers, ...authorized() } }),
      }),
  ],
  [
    'the EventSource of undici',
    () => {
      const dispatcher = new Agent().compose(
        (dispatch) => (options, handler) =>
          dispatch({ ...options, headers: { ...options.headers, ...authorized() } }, handler),
      );
      return new UndiciEventSource(`${stack.url}/events`, { node: { dispatcher } }) as Source;
    },
  ],
])('%s reads the stream', async (_name, open) => {
  const source = open();
  onTestFinished(() => source.close());
  const received: unknown[] = [];
  const hello = new Promise((resolve) => source.addEventListener('hello', resolve));
  source.addEventListener('message', ({ data, lastEventId }) =>
    received.push([Object.keys(JSON.parse(data).events), lastEventId]),
  );
  await hello;
  await happen();
  const position = await positionOf();
  const type = 'urn:okta-account-api:event-type:profile-changed';
  await soon(() => expect(received).toEqual([[[type], position]]));
});

test('a log-out here reaches the reader at once', async () => {
  const stream = await openEvents(stack.url, authorized());
  await soon(() => expect(stream.named('hello')).toHaveLength(1));
  await stack.gql(LogOutDocument, { input: { scope: 'EVERYWHERE' } }, bearer(accessToken));
  await soon(() => expect(stream.events()).not.toEqual([]));
  const after = await ask();
  expect(after.data?.validateToken?.active).toBe(false);
  expect(after.headers.get('events-position')).toBe(stream.events().at(-1)?.id);
  expect(stream.events()[0]?.data).toMatchObject({
    sub_id: { format: 'iss_sub', iss: stack.okta.issuer, sub: userId },
    events: {
      'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {
        initiating_entity: 'user',
        effect: ['refuse'],
      },
    },
  });
});

test('a service with a hundred streams gets no other, and learns when to come again', async () => {
  await Promise.all(Array.from({ length: 100 }, () => openEvents(stack.url, authorized())));
  const answer = await send(stack.url, { method: 'GET', path: '/events', headers: authorized() });
  expect(answer).toMatchObject({
    status: 429,
    headers: { 'retry-after': '5' },
    json: { error: 'temporarily_unavailable' },
  });
  expect(await stack.scrape()).toContain('okta_account_api_event_streams 100');
});

test('a stream outlives the time of a request, and ends with the server at once', async () => {
  const server = { requestTimeoutMs: 500 };
  const second = await startStack({ beside: stack, server });
  const stream = await openEvents(second.url, { authorization: second.basic });
  await soon(() => expect(stream.named('heartbeat')).not.toEqual([]));
  const startedAt = performance.now();
  await second.close();
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  await stream.ended;
  expect(stream.frames().at(-1)).toMatchObject({ name: 'goodbye', data: { reason: 'draining' } });
  expect(stream.text()).toMatch(/retry: \d+\nevent: goodbye/);
});
