import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServiceClients } from '../../../src/callers/service-clients.ts';
import type { ServiceClient } from '../../../src/config.ts';
import { createLocalBus } from '../../../src/events/bus.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import type { Shared } from '../../../src/graphql/base/context.ts';
import { createEventStreams, streamBounds } from '../../../src/server/events/streams.ts';
import { openEvents, soon } from '../../support/event-stream.ts';
import { send, startTiny, type Tiny } from '../tiny.ts';

const basicOf = ({ id, secret }: ServiceClient) => ({
  authorization: `Basic ${btoa(`${id}:${secret}`)}`,
});
const [old, fresh] = [
  { id: 'orders', secret: 'the-secret-until-today' },
  { id: 'orders', secret: 'the-secret-from-today-on' },
] as const;
let clients: readonly ServiceClient[] = [old];
let tiny: Tiny;
beforeAll(async () => {
  const services = {
    scope: 'accounts.read',
    clients: createServiceClients(() => ({ serviceClients: clients })),
  };
  const log = createEventLog(createLocalBus());
  const state = () => ({ reach: 'local', completeUntil: null }) as const;
  const streams = createEventStreams(
    { log, state, describe: () => ({}) },
    { ...streamBounds, heartbeatMs: 20, checkRightsMs: 20 },
  );
  tiny = await startTiny({ shared: { services } as Shared, events: { log, streams } });
});
afterAll(() => tiny.close());

test('a secret that was replaced ends its streams, and not those of the new one', async () => {
  const stream = await openEvents(tiny.url, basicOf(old));
  clients = [old, fresh];
  const other = await openEvents(tiny.url, basicOf(fresh));
  await soon(() => expect(stream.named('heartbeat').length).toBeGreaterThan(2));
  clients = [fresh];
  await stream.ended;
  expect(stream.frames().at(-1)).toMatchObject({
    name: 'goodbye',
    data: { reason: 'credentials' },
  });
  const beats = other.named('heartbeat').length;
  await soon(() => expect(other.named('heartbeat').length).toBeGreaterThan(beats + 2));
  const again = await send(tiny.url, { method: 'GET', path: '/events', headers: basicOf(old) });
  expect(again.status).toBe(401);
});

test('while the process ends it opens no stream, and says when to come again', async () => {
  const stream = await openEvents(tiny.url, basicOf(fresh));
  tiny.drain();
  await stream.ended;
  const late = await send(tiny.url, { method: 'GET', path: '/events', headers: basicOf(fresh) });
  expect(late).toMatchObject({ status: 503, headers: { 'retry-after': '5', connection: 'close' } });
});
