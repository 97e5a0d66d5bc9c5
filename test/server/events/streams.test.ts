import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AccountEventBus, createLocalBus } from '../../../src/events/bus.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import { parsePosition } from '../../../src/events/position.ts';
import { securityEventOf } from '../../../src/events/security-event-token.ts';
import type { AccountEvent } from '../../../src/identity/account-event.ts';
import type { StreamState } from '../../../src/server/events/frames.ts';
import {
  createEventStreams,
  type EventStreams,
  type StreamBounds,
  streamBounds,
} from '../../../src/server/events/streams.ts';
import { openEvents, soon } from '../../support/event-stream.ts';
import { closeNow, listenLocally } from '../../support/local-url.ts';

const heartbeatMs = 20;
let bus: AccountEventBus;
let streams: EventStreams;
let state: StreamState;
let isAllowed: () => Promise<boolean>;
const servers: Server[] = [];
let url: string;

async function start(bounds: Partial<StreamBounds> = {}, kept = 1_000): Promise<void> {
  bus = createLocalBus();
  state = { reach: 'local', completeUntil: null };
  isAllowed = async () => true;
  const log = createEventLog(bus, { limit: kept });
  const describe = (event: AccountEvent) => securityEventOf(event, 'https://org.example');
  streams = createEventStreams(
    { log, state: () => state, describe },
    { ...streamBounds, heartbeatMs, ...bounds },
  );
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    // In the same turn of the event loop.
    if (request.headers['x-publish'] !== undefined) void publish(2);
    const lastSeen = parsePosition(`${request.headers['last-event-id']}`);
    streams.open(response, { service: 'backend', lastSeen, isAllowed: () => isAllowed() });
  });
  servers.push(server);
  url = await listenLocally(server);
}
beforeEach(() => start());
afterEach(async () => {
  for (const server of servers.splice(0)) await closeNow(server);
});

const changed = (userId: string): AccountEvent => ({
  id: randomUUID(),
  at: Date.now(),
  kind: 'PROFILE_CHANGED',
  userId,
});
const publish = (count: number, name = 'u') =>
  bus.publish(Array.from({ length: count }, (_, user) => changed(`${name}${user}`)));
const open = (lastEventId?: string) =>
  openEvents(url, lastEventId === undefined ? {} : { 'last-event-id': lastEventId });
const numbersOf = (frames: readonly { readonly id: string | null }[]) =>
  frames.map(({ id }) => Number(id?.split('.')[1]));
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test('readers get all events in order, and then a heartbeat with the position of the last', async () => {
  const [one, other] = [await open(), await open()];
  await publish(3);
  await publish(2);
  for (const reader of [one, other]) {
    await soon(() => expect(numbersOf(reader.events())).toEqual(upTo(5)));
    await soon(() => expect(reader.named('heartbeat').at(-1)?.id).toBe(bus.position().text));
  }
  expect(streams.stats()).toMatchObject({ readers: 2, sent: 10 });
});

test('a heartbeat tells how far the stream reaches, while events come too', async () => {
  const reader = await open();
  state = { reach: 'cut off', completeUntil: 1_767_225_600 };
  await soon(async () => {
    await publish(1);
    expect(reader.named('heartbeat').at(-1)?.data).toEqual(state);
  });
});

test('a reader that comes back gets what it has missed, each event once', async () => {
  const first = await open();
  await publish(3);
  await soon(() => expect(first.events()).toHaveLength(3));
  first.close();
  await publish(700);
  const again = await open(first.events().at(-1)?.id ?? '');
  const publishing = publish(3);
  await soon(() => expect(again.events()).toHaveLength(703));
  await publishing;
  expect(numbersOf(again.events())).toEqual(upTo(706, 4));
  const [hello] = again.named('hello');
  expect(hello).toMatchObject({ id: first.events().at(-1)?.id, data: { resumed: true } });
});

test('events that are about to be sent to all come once to a reader that has just come', async () => {
  const first = await open();
  await publish(1);
  await soon(() => expect(first.events()).toHaveLength(1));
  const [seen] = first.events();
  const second = await openEvents(url, { 'last-event-id': `${seen?.id}`, 'x-publish': '2' });
  await publish(1);
  await soon(() => expect(second.events().length).toBeGreaterThan(2));
  expect(numbersOf(second.events())).toEqual(upTo(4, 2));
  await soon(() => expect(numbersOf(first.events())).toEqual(upTo(4)));
});

test('a reader that was away for too long is told to drop everything', async () => {
  const first = await open();
  await soon(() => expect(first.named('hello')).toHaveLength(1));
  first.close();
  await publish(1_500);
  const again = await open(first.named('hello')[0]?.id ?? '');
  await soon(() => expect(again.named('hello')).toHaveLength(1));
  const [hello] = again.named('hello');
  expect(hello?.id).toBe(bus.position().text);
  expect(hello?.data).toMatchObject({ resumed: false });
  expect(parsePosition(`${hello?.data['keptFrom']}`)?.major).toBeGreaterThan(0);
});

test('a gap is an event without content, by its position', async () => {
  const reader = await open();
  await bus.publish([{ id: randomUUID(), at: 1, kind: 'GAP', named: ['0oa1'] }]);
  await soon(() => expect(reader.named('gap')).toHaveLength(1));
  expect(reader.named('gap')).toEqual([
    { name: 'gap', id: bus.position().text, data: { reason: 'events_lost' } },
  ]);
});

test('a watermark is no event, and moves the position', async () => {
  const reader = await open();
  await bus.publish([{ id: randomUUID(), at: Date.now(), kind: 'WATERMARK' }]);
  await soon(() => expect(reader.named('heartbeat').at(-1)?.id).toBe(bus.position().text));
  expect(reader.events()).toEqual([]);
});

test('a reader that does not read is cut off; others miss nothing, and it resumes without a hole', async () => {
  await start({ maxUnsentBytes: 64 * 1024 }, 100_000);
  const [slow, good] = [await open(), await open()];
  await soon(() => expect(slow.named('hello')).toHaveLength(1));
  slow.pause();
  let published = 0;
  while (streams.stats().ended.slow === 0 && published < 80_000) {
    await publish(500);
    published += 500;
    await new Promise(setImmediate);
  }
  expect(streams.stats().ended.slow).toBe(1);
  slow.resume();
  await slow.ended;
  const seen = numbersOf(slow.events());
  expect(seen).toEqual(upTo(seen.length));
  expect(seen.length).toBeLessThan(published);
  const again = await open(slow.events().at(-1)?.id ?? '');
  await soon(() => expect(again.events().length).toBe(published - seen.length));
  expect(numbersOf(again.events())).toEqual(upTo(published, seen.length + 1));
  await soon(() => expect(good.events()).toHaveLength(published));
});

test('a service has a limit of streams, and all services together have one', async () => {
  await start({ maxStreams: 3, maxStreamsPerService: 2 });
  const first = await open();
  expect(streams.hasRoomFor('backend')).toBe(true);
  await open();
  expect(streams.hasRoomFor('backend')).toBe(false);
  expect(streams.hasRoomFor('other')).toBe(true);
  await open();
  expect(streams.hasRoomFor('other')).toBe(false);
  first.close();
  await soon(() => expect(streams.hasRoomFor('other')).toBe(true));
  expect(streams.stats().ended.closed).toBe(1);
});

test('a service that may no longer read is told so, and a check that fails ends nothing', async () => {
  await start({ checkRightsMs: 10 });
  isAllowed = () => Promise.reject(new Error('Okta does not answer.'));
  const reader = await open();
  await soon(() => expect(reader.named('heartbeat').length).toBeGreaterThan(1));
  isAllowed = async () => false;
  await reader.ended;
  expect(reader.frames().at(-1)).toEqual({
    name: 'goodbye',
    id: null,
    data: { reason: 'credentials' },
  });
  expect(streams.stats()).toMatchObject({ readers: 0, ended: { credentials: 1 } });
});

test('at the end every reader gets its events, a goodbye and its own time to come back', async () => {
  const readers = await Promise.all(Array.from({ length: 8 }, () => open()));
  await publish(2);
  streams.drain();
  // Too late for these readers.
  await publish(1);
  await Promise.all(readers.map(({ ended }) => ended));
  const retries = readers.map((reader) => {
    expect(reader.events()).toHaveLength(2);
    expect(reader.frames().at(-1)?.data).toEqual({ reason: 'draining' });
    return Number([...reader.text().matchAll(/^retry: (\d+)$/gm)].at(-1)?.[1]);
  });
  expect(Math.max(...retries)).toBeLessThan(3_000);
  expect(new Set(retries).size).toBeGreaterThan(1);
});
