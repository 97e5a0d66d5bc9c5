import { expect, it } from 'vitest';
import { RateLimited } from '../../../src/identity/errors.ts';
import { createEventIntake } from '../../../src/okta/events/intake.ts';
import type { LogPages } from '../../../src/okta/events/log-pages.ts';
import { createSystemLogPoller } from '../../../src/okta/events/system-log-poller.ts';

/** Records in which order it asked for the duty and for pages. */
function poller(read: LogPages['read'], keeps: () => boolean = () => true) {
  const done: string[] = [];
  const clock = { now: Date.parse('2026-11-23T10:00:00Z') };
  const log = createSystemLogPoller({
    pages: {
      from: () => '0',
      read(url, call) {
        done.push(`page ${url}`);
        return read(url, call);
      },
    },
    intake: createEventIntake({
      publish: async () => undefined,
      now: () => clock.now,
    }),
    publish: async (events) => void done.push(...events.map(({ kind }) => kind)),
    async isLeader() {
      done.push('duty');
      return keeps();
    },
    completeUntil: () => null,
    everyMs: 500,
    spacingMs: () => 0,
    notice: () => undefined,
    now: () => clock.now,
  });
  return { ...log, clock, done };
}

const event = { uuid: 'a', published: '2026-11-23T10:00:00Z', eventType: 'user.session.start' };

it('keeps the lease from page to page', async () => {
  const { poll, done } = poller(async (url) => ({
    events: url === '2' ? [] : [event],
    next: `${Math.min(2, Number(url) + 1)}`,
  }));
  await poll();
  const pages = ['page 0', 'duty', 'page 1', 'duty', 'page 2'];
  expect(done).toEqual(['duty', ...pages, 'WATERMARK']);
});

it('leaves the rest of a poll to the process that has the lease by then', async () => {
  const { poll, done } = poller(
    async () => ({ events: [event], next: '1' }),
    () => done.length < 2,
  );
  await poll();
  expect(done).toEqual(['duty', 'page 0', 'duty']);
});

it('keeps the lease after a 429, so that no other process gets one too', async () => {
  const { poll, done, clock } = poller(async () => {
    throw new RateLimited('UPSTREAM', 40);
  });
  await poll();
  for (let round = 0; round < 2; round += 1) {
    clock.now += 500;
    await poll();
  }
  expect(done).toEqual(['duty', 'page 0', 'duty', 'duty']);
});
