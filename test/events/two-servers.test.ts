import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { decodeEvent } from '../../src/events/codec.ts';
import type { AccountEvent } from '../../src/identity/account-event.ts';
import { createEventIntake } from '../../src/okta/events/intake.ts';
import { connectEventBus } from '../../src/wire/event-bus.ts';
import { describeWithRedis, redisAt, startRedis } from '../support/redis.ts';

const orgUrl = 'https://org.example';
const [appA, appB] = ['0oa0000000000000000A', '0oa0000000000000000B'];
const [serverA, serverB] = ['aus0000000000000000A', 'aus0000000000000000B'];

test('a published RECHECK_SERVICES is not read, so it counts as lost events', () => {
  expect(decodeEvent('{"id":"a","at":1,"kind":"RECHECK_SERVICES"}')).toBeNull();
});

describeWithRedis('of instances for two authorization servers of one org', () => {
  async function start() {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    return async (serverId: string, clientId: string) => {
      const issuer = `${orgUrl}/oauth2/${serverId}`;
      const okta = { orgUrl, issuer, acceptedClientIds: [clientId] };
      const secrets = () => ({ redis: redisAt(server.url) });
      const dependencies = { log: pino({ level: 'silent' }), now: Date.now };
      const { redis, events } = await connectEventBus({ okta, secrets }, dependencies);
      onTestFinished(async () => {
        await events.close();
        redis?.disconnect();
      });
      const received: string[] = [];
      events.subscribe(({ id, kind }) => received.push(`${id.split(' ')[0]} ${kind}`));
      await events.start();
      const { take } = createEventIntake({ publish: events.publish, now: Date.now });
      return { received, events, take };
    };
  }

  test('each judges a shared event by its own server and apps', async () => {
    const join = await start();
    const a = await join(serverA, appA);
    const b = await join(serverB, appB);
    a.received.length = 0;
    b.received.length = 0;
    const happened = (uuid: string, eventType: string, ...ids: string[]) => {
      const target = ids.map((id) => ({ id, type: 'any' }));
      return { uuid, published: '2026-11-23T10:00:00Z', eventType, target };
    };
    const events = [
      happened('of-b', 'oauth2.as.deactivated', serverB),
      happened('app-a', 'application.lifecycle.deactivate', appA),
      happened('app-b', 'application.lifecycle.deactivate', appB),
      happened('unnamed', 'oauth2.as.deactivated'),
    ];
    await a.take(events);
    const last: AccountEvent = { id: 'last', at: Date.now(), kind: 'WATERMARK' };
    await a.events.publish([last]);
    await expect.poll(() => b.received).toContain('last WATERMARK');
    const all = ['unnamed GAP', 'last WATERMARK'];
    expect(a.received).toEqual(['app-a GAP', 'app-b RECHECK_SERVICES', ...all]);
    expect(b.received).toEqual(['of-b GAP', 'app-a RECHECK_SERVICES', 'app-b GAP', ...all]);
  });
});
