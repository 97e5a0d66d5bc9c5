import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createLocalBus, type PositionStep } from '../../src/events/bus.ts';
import { createEventLog } from '../../src/events/event-log.ts';
import { isAtOrAfter, parsePosition } from '../../src/events/position.ts';
import { createRedisBus } from '../../src/events/redis-bus.ts';
import type { AccountEvent } from '../../src/identity/account-event.ts';
import { connectRedis, keyPrefixOf, openRedis } from '../../src/redis/connect.ts';
import { silenceMs } from '../../src/redis/options.ts';
import { soon } from '../support/event-stream.ts';
import { describeWithRedis, type RedisServer, redisAt, startRedis } from '../support/redis.ts';

const orgUrl = 'https://org.example';
const stream = `${keyPrefixOf(orgUrl)}account-events`;
const epochKey = `${keyPrefixOf(orgUrl)}{${stream}}:epoch`;
const changed = (userId: string): AccountEvent => ({
  id: randomUUID(),
  at: Date.now(),
  kind: 'PROFILE_CHANGED',
  userId,
});

test.each([
  'epoch.0',
  'a-b_C.1767225600000-0',
  `${'e'.repeat(32)}.${'9'.repeat(15)}-${'9'.repeat(15)}`,
])('%s is a position', (text) => {
  expect(parsePosition(text)?.text).toBe(text);
});

test.each([
  '',
  'epoch',
  'epoch.',
  '.1',
  'epoch.-1',
  'epoch.1-',
  'epoch.1.2',
  'epoch.1 ',
  'ep och.1',
  `${'e'.repeat(33)}.1`,
  `epoch.${'1'.repeat(16)}`,
])('%j is no position', (text) => {
  expect(parsePosition(text)).toBeNull();
});

test.each([
  ['a.10', 'a.9', true],
  ['a.9', 'a.10', false],
  ['a.7', 'a.7', true],
  ['a.1000-2', 'a.999-9', true],
  ['a.1000-10', 'a.1000-9', true],
  ['a.1000-9', 'a.1000-10', false],
  ['a.2', 'b.1', false],
])('%s at or after %s: %s', (one, other, expected) => {
  const [position, reference] = [parsePosition(one), parsePosition(other)];
  if (position === null || reference === null) throw new Error('Not two positions.');
  expect(isAtOrAfter(position, reference)).toBe(expected);
});

test('listeners have handled an event before its position counts', async () => {
  const bus = createLocalBus();
  const before = bus.position();
  const seen: string[] = [];
  bus.subscribe(() => seen.push(bus.position().text));
  bus.follow(({ position }) => seen.push(position?.text ?? ''));
  await bus.publish([changed('u1')]);
  expect(seen).toEqual([before.text, bus.position().text]);
});

describeWithRedis('positions that processes share', () => {
  let redis: RedisServer;
  let port: number;
  const started: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    redis = await startRedis();
    port = Number(new URL(redis.url).port);
  });
  afterAll(() => redis.stop());
  afterEach(async () => {
    for (const close of started.splice(0)) await close();
    await redis.client.flushall();
  });

  /** One process, with what a reader of its stream would see. */
  async function join() {
    const client = await connectRedis(redisAt(redis.url), { orgUrl });
    const reader = openRedis(redisAt(redis.url), { orgUrl, commandMs: silenceMs });
    const notice = () => undefined;
    const bus = createRedisBus({
      local: createLocalBus(),
      redis: client,
      reader,
      now: Date.now,
      notice,
    });
    const log = createEventLog(bus);
    const steps: PositionStep[] = [];
    bus.follow((step) => steps.push(step));
    await bus.start();
    started.push(async () => {
      await bus.close();
      client.disconnect();
    });
    const named = ({ event, position }: Pick<PositionStep, 'event' | 'position'>) =>
      `${position?.text ?? 'now'} ${event !== null && 'userId' in event ? event.userId : event?.kind}`;
    return {
      bus,
      log,
      steps,
      /** Since the last start of the stream. */
      placed: () => {
        const start = steps.findLastIndex(({ isStart }) => isStart);
        return steps
          .slice(start + 1)
          .filter(({ position }) => position !== null)
          .map(named);
      },
      gaps: () => steps.filter(({ event, position }) => event?.kind === 'GAP' && position).length,
    };
  }

  test('are the same at all of them, whoever published, and its own events come at once without one', async () => {
    const [here, there] = [await join(), await join()];
    here.steps.length = 0;
    const publishing = here.bus.publish([changed('u1'), changed('u2')]);
    await publishing;
    expect(here.steps.map(({ position }) => position)).toEqual([null, null]);
    await there.bus.publish([changed('u3')]);
    await soon(() => {
      expect(here.placed().map((step) => step.split(' ')[1])).toContain('u3');
      expect(there.placed()).toHaveLength(3);
    });
    expect(here.placed()).toEqual(there.placed());
    expect(here.bus.position()).toEqual(there.bus.position());
    const [first] = here.placed();
    expect(first).toMatch(/^[\w-]{16}\.\d{13}-\d+ u1$/);
  });

  test('go on in a process that starts later, where readers of the others can resume', async () => {
    const here = await join();
    await here.bus.publish([changed('u1')]);
    await soon(() => expect(here.placed()).toHaveLength(1));
    const seen = here.bus.position();
    await here.bus.publish([changed('u2')]);
    await soon(() => expect(here.placed()).toHaveLength(2));
    const later = await join();
    expect(later.bus.position()).toEqual(here.bus.position());
    const missed = later.log.after(seen, 10)?.map(({ event }) => event);
    expect(missed).toMatchObject([{ userId: 'u2' }]);
  });

  test('begin anew when Redis has lost events, so that none is taken for a later one', async () => {
    const [here, there] = [await join(), await join()];
    await here.bus.publish([changed('u1')]);
    await soon(() => expect(there.placed()).toHaveLength(1));
    const before = there.bus.position();
    const [last] = await redis.client.xrevrange(stream, '+', '-', 'COUNT', 1);
    await redis.client.xdel(stream, last?.[0] ?? '');
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await soon(() => {
      expect(there.bus.position().epoch).not.toBe(before.epoch);
      expect(here.bus.position()).toEqual(there.bus.position());
    });
    expect(there.log.after(before, 10)).toBeNull();
    // What is still there is read again, and not followed a second time.
    const old = there.steps.flatMap(({ position }) =>
      position?.epoch === before.epoch ? position.text : [],
    );
    expect(old).toEqual([...new Set(old)]);
    expect(there.steps.at(-1)).toMatchObject({ event: { kind: 'GAP' }, isStart: true });
  });

  test('begin anew with an empty Redis, and stay as they are through a connection that is cut', async () => {
    const here = await join();
    const before = here.bus.position();
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await here.bus.publish([changed('u1')]);
    await soon(() => expect(here.placed()).toHaveLength(1));
    expect(here.bus.position().epoch).toBe(before.epoch);
    expect(here.log.after(before, 10)).toHaveLength(1);
    await redis.stop();
    await soon(() => expect(here.bus.status()).toBe('disconnected'));
    redis = await startRedis(port);
    await soon(() => expect(here.bus.status()).toBe('shared'));
    expect(here.bus.position().epoch).not.toBe(before.epoch);
  });

  test('have one epoch again when Redis has lost its name, with a gap for those of the other', async () => {
    const here = await join();
    await here.bus.publish([changed('u1')]);
    await soon(() => expect(here.placed()).toHaveLength(1));
    const [marker] = await redis.client.xrange(stream, '-', '+', 'COUNT', 1);
    await redis.client.xdel(stream, marker?.[0] ?? '');
    await redis.client.del(epochKey);
    const later = await join();
    expect(later.bus.position().epoch).not.toBe(here.bus.position().epoch);
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await soon(() => expect(here.bus.position()).toEqual(later.bus.position()));
    expect(here.gaps()).toBeGreaterThan(1);
  });
});
