import okta, { type EventHook } from '@okta/okta-sdk-nodejs';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { call, refused } from './call.ts';
import { type Receiver, startReceiver } from './hook-receiver.ts';
import { signIn } from './oauth-calls.ts';
import { createOpenApiCheck } from './openapi.ts';
import { startOkta } from './start.ts';

const secret = 'a-secret-that-only-the-two-know';

const org = await startOkta({ perUsernamePerSecond: 1000 });
let receiver: Receiver;
let customer: string;

beforeEach(async () => {
  receiver = await startReceiver();
  customer = `/api/v1/users/${org.seeded.customer.email}`;
  // Hooks outlive a reset.
  onTestFinished(async () => {
    for (const { id } of await hooks()) {
      await call(org, ['POST', `/api/v1/eventHooks/${id}/lifecycle/deactivate`]);
      await call(org, ['DELETE', `/api/v1/eventHooks/${id}`]);
    }
    await org.reset();
  });
});

const hooks = async () =>
  (await call(org, ['GET', '/api/v1/eventHooks'])).body as unknown as { id: string }[];

const clearSessions = () => call(org, ['DELETE', `${customer}/sessions`]);
const suspend = () => call(org, ['POST', `${customer}/lifecycle/suspend`]);
const typesOf = ({ deliveries }: Receiver) =>
  deliveries.map(({ data }) => data.events.map(({ eventType }) => eventType));
const logged = (type: string) => org.events.all().filter(({ eventType }) => eventType === type);

function settings(config: object = {}, items = ['user.session.clear', 'user.lifecycle.suspend']) {
  const authScheme = { type: 'HEADER', key: 'Authorization', value: secret };
  return {
    name: 'Test hook',
    events: { type: 'EVENT_TYPE', items },
    channel: {
      type: 'HTTP',
      version: '1.0.0',
      config: { uri: receiver.url, authScheme, ...config },
    },
  };
}

const create = async (config?: object) =>
  (await call(org, ['POST', '/api/v1/eventHooks'], { body: settings(config) })).body.id;

test('Okta’s SDK creates a hook, verifies it, changes it and deletes it', async () => {
  const { eventHookApi } = new okta.Client({ orgUrl: org.url, token: org.seeded.apiToken });
  const headers = [{ key: 'X-Shop', value: 'one' }];
  const eventHook = settings({ headers }) as unknown as EventHook;
  const { id: eventHookId = '', ...created } = await eventHookApi.createEventHook({ eventHook });
  expect(created).toMatchObject({ status: 'ACTIVE', verificationStatus: 'UNVERIFIED' });
  expect(JSON.stringify(created)).not.toContain(secret);

  const verified = await eventHookApi.verifyEventHook({ eventHookId });
  expect(verified.verificationStatus).toBe('VERIFIED');
  expect(receiver.received[0]?.headers).toMatchObject({ 'x-shop': 'one', authorization: secret });

  const same = await eventHookApi.replaceEventHook({ eventHookId, eventHook });
  expect(same.verificationStatus).toBe('VERIFIED');
  const moved = settings({ uri: `${receiver.url}/2` }) as unknown as EventHook;
  const changed = await eventHookApi.replaceEventHook({ eventHookId, eventHook: moved });
  expect(changed.verificationStatus).toBe('UNVERIFIED');

  await expect(eventHookApi.deleteEventHook({ eventHookId })).rejects.toMatchObject({
    status: 400,
  });
  expect((await eventHookApi.deactivateEventHook({ eventHookId })).status).toBe('INACTIVE');
  await eventHookApi.deleteEventHook({ eventHookId });
  await expect(eventHookApi.getEventHook({ eventHookId })).rejects.toMatchObject({ status: 404 });
});

test('a hook is refused that Okta would refuse, or that leads away from this machine', async () => {
  const post = async (body: object) =>
    refused(await call(org, ['POST', '/api/v1/eventHooks'], { body }));
  expect(await post(settings({ uri: 'https://example.com/hooks' }))).toEqual([
    400,
    'E0000001',
    'channel.config.uri: The embedded org calls the loopback address alone',
  ]);
  expect(await post(settings({}, ['app.oauth2.as.token.revoke']))).toEqual([
    400,
    'E0000001',
    'events.items: Event type is not eligible for event hooks: app.oauth2.as.token.revoke',
  ]);
  expect(await post({ ...settings(), name: '' })).toEqual([
    400,
    'E0000001',
    'name: The field cannot be left blank',
  ]);
  expect(await hooks()).toEqual([]);
});

test('a hook may subscribe to events of apps, though this org never sends them', async () => {
  const body = settings({}, ['application.lifecycle.deactivate', 'application.lifecycle.delete']);
  expect((await call(org, ['POST', '/api/v1/eventHooks'], { body })).status).toBe(200);
});

test('an endpoint that does not echo the challenge stays unverified and gets no events', async () => {
  receiver.verification = 'something else';
  const id = await create();
  const answer = await call(org, ['POST', `/api/v1/eventHooks/${id}/lifecycle/verify`]);
  expect(refused(answer)).toEqual([400, 'E0000001', 'verification: Unexpected response body']);
  await clearSessions();
  await org.hooks.settled();
  expect(receiver.deliveries).toEqual([]);
  expect(logged('event_hook.verified')).toMatchObject([{ outcome: { result: 'FAILURE' } }]);
});

test('an active, verified hook gets the events that it asked for, several at a time', async () => {
  const id = await create();
  await call(org, ['POST', `/api/v1/eventHooks/${id}/lifecycle/verify`]);
  org.hooks.trouble({ delayMs: 100 });
  await signIn(org);
  await Promise.all([clearSessions(), clearSessions(), suspend()]);
  await org.hooks.settled();
  const events = receiver.deliveries.flatMap(({ data }) => data.events);
  const asked = org.events.all().filter(({ eventType }) => !eventType.startsWith('app.'));
  expect(asked.filter(({ eventType }) => !eventType.startsWith('event_hook.'))).toEqual(events);
  expect(events.map(({ eventType }) => eventType).sort()).toEqual([
    'user.lifecycle.suspend',
    'user.session.clear',
    'user.session.clear',
  ]);
  expect(receiver.deliveries.length).toBeLessThan(3);
  expect(receiver.received.at(-1)).toMatchObject({
    method: 'POST',
    headers: { authorization: secret, 'content-type': 'application/json' },
    body: {
      eventType: 'com.okta.event_hook',
      eventTypeVersion: '1.0',
      cloudEventsVersion: '0.1',
      contentType: 'application/json',
      source: `${org.url}/api/v1/eventHooks/${id}`,
      eventId: expect.stringMatching(/^[\da-f-]{36}$/),
      eventTime: expect.stringMatching(/Z$/),
    },
  });
  const openApi = createOpenApiCheck();
  const answer = { method: 'GET', path: '/api/v1/logs', status: 200 };
  openApi.observe({ ...answer, contentType: 'application/json', body: JSON.stringify(events) });
  expect(openApi.violations()).toEqual([]);

  await call(org, ['POST', `/api/v1/eventHooks/${id}/lifecycle/deactivate`]);
  await clearSessions();
  await org.hooks.settled();
  expect(receiver.deliveries.flatMap(({ data }) => data.events)).toHaveLength(3);
});

test('a delivery is tried once more after a 5xx, and not after a 4xx', async () => {
  await org.hooks.register({ url: receiver.url, secret });
  const attempts = async (...answers: number[]) => {
    receiver.answers.push(...answers);
    const before = receiver.deliveries.length;
    await clearSessions();
    await org.hooks.settled();
    const made = receiver.deliveries.slice(before);
    expect(new Set(made.map(({ eventId }) => eventId)).size).toBe(1);
    return made.length;
  };
  expect(await attempts(503)).toBe(2);
  expect(logged('event_hook.delivery')).toEqual([]);
  expect(await attempts(503, 500)).toBe(2);
  expect(await attempts(403)).toBe(1);
  expect(logged('event_hook.delivery')).toMatchObject([
    { outcome: { reason: 'HTTP status 500' }, transaction: { type: 'JOB' } },
    { outcome: { reason: 'HTTP status 403' }, actor: { type: 'SystemPrincipal' } },
  ]);
  expect(JSON.stringify(org.events.all())).not.toContain(secret);
});

test('a delivery without an answer is given up and tried once more', async () => {
  const hasty = await startOkta({ hookTimeoutMs: 150 });
  await hasty.hooks.register({ url: receiver.url, secret });
  receiver.answers.push(0, 0);
  await call(hasty, ['DELETE', `${customer}/sessions`]);
  await hasty.hooks.settled();
  expect(receiver.deliveries).toHaveLength(2);
  expect(hasty.events.all().at(-1)).toMatchObject({
    eventType: 'event_hook.delivery',
    outcome: { result: 'FAILURE', reason: 'Timeout' },
  });
  await hasty.close();
});

test('deliveries may be doubled and turned round, as the test wishes', async () => {
  await org.hooks.register({ url: receiver.url, secret });
  org.hooks.trouble({ duplicate: true, reorder: true, delayMs: 100 });
  await Promise.all([clearSessions(), suspend()]);
  await org.hooks.settled();
  const [first = [], second = [], ...rest] = typesOf(receiver);
  expect([first, rest[0]]).toEqual([second, rest[1]]);
  expect([...first, ...(rest[0] ?? [])].sort()).toEqual([
    'user.lifecycle.suspend',
    'user.session.clear',
  ]);
  const times = receiver.deliveries.map(({ data }) => data.events[0]?.uuid);
  const order = org.events.all().map(({ uuid }) => uuid);
  expect(order.indexOf(times[0] ?? '')).toBeGreaterThan(order.indexOf(times[2] ?? ''));
  expect(new Set(receiver.deliveries.map(({ eventId }) => eventId)).size).toBe(2);

  await org.reset();
  await clearSessions();
  await org.hooks.settled();
  expect(typesOf(receiver).slice(4)).toEqual([['user.session.clear']]);
});

test('registering fails where the endpoint does, and leaves no hook', async () => {
  receiver.verification = 'something else';
  await expect(org.hooks.register({ url: receiver.url, secret })).rejects.toThrow(
    /could not be verified/,
  );
  await expect(
    org.hooks.register({ url: receiver.url, secret, eventTypes: ['app.oauth2.token.revoke'] }),
  ).rejects.toThrow('Event hooks cannot subscribe to app.oauth2.token.revoke.');
  expect(await hooks()).toEqual([]);
});

test('closing breaks off a delivery that waits for an answer', async () => {
  const other = await startOkta({ hookTimeoutMs: 60_000 });
  await other.hooks.register({ url: receiver.url, secret });
  receiver.answers.push(0);
  await call(other, ['DELETE', `${customer}/sessions`]);
  await expect.poll(() => receiver.deliveries.length).toBe(1);
  await other.close();
  expect(receiver.deliveries).toHaveLength(1);
});
