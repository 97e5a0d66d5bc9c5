import type { ServerResponse } from 'node:http';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createEventIntake } from '../../../src/okta/events/intake.ts';
import type { LogPages } from '../../../src/okta/events/log-pages.ts';
import { createSystemLogPoller } from '../../../src/okta/events/system-log-poller.ts';
import { epoch, hour, poller, startLog } from './log-poller.ts';

function refuseFor40Seconds(response: ServerResponse, limit: number): void {
  response.setHeader('date', new Date(epoch).toUTCString());
  response.setHeader('x-rate-limit-limit', `${limit}`);
  response.setHeader('x-rate-limit-remaining', '0');
  response.setHeader('x-rate-limit-reset', `${epoch / 1000 + 40}`);
  response.writeHead(429).end('{"errorCode":"E0000047","errorSummary":"no"}');
}

it.each([
  ['of calls in a minute', 60],
  ['of calls at a time', 0],
])('waits after a 429 until the limit %s is over', async (_name, limit) => {
  let limited = true;
  const log = await startLog((response) => {
    if (limited) refuseFor40Seconds(response, limit);
    return limited;
  });
  const { poll, users, clock, notices } = poller(log.url);
  log.add(1);
  await poll();
  expect(log.asked).toHaveLength(1);
  limited = false;
  clock.now += 39_000;
  await poll();
  expect(log.asked).toHaveLength(1);
  // Not all processes of an org come back at once.
  clock.now += 1_500;
  await poll();
  expect(users()).toEqual([1]);
  expect(notices).toEqual(['RateLimited', null]);
});

it.each([20, 50])('spreads its looks over the minute where Okta allows %i', async (limit) => {
  const window = { resetAt: epoch + 60_000, used: 0 };
  const askedAt: number[] = [];
  const log = await startLog((response) => {
    askedAt.push(clock.now - epoch);
    if (clock.now >= window.resetAt)
      Object.assign(window, { resetAt: clock.now + 60_000, used: 0 });
    window.used += 1;
    response.setHeader('date', new Date(clock.now).toUTCString());
    response.setHeader('x-rate-limit-limit', `${limit}`);
    response.setHeader('x-rate-limit-remaining', `${limit - window.used}`);
    response.setHeader('x-rate-limit-reset', `${Math.ceil(window.resetAt / 1000)}`);
    return false;
  });
  const { clock, poll, notices } = poller(log.url);
  for (; clock.now < epoch + 180_000; clock.now += 500) await poll();
  // Three tenths are for other readers of the log.
  expect(askedAt.length).toBeLessThanOrEqual(2.1 * limit);
  expect(askedAt.length).toBeGreaterThan(1.8 * limit);
  const gaps = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? 0));
  expect(Math.max(...gaps)).toBeLessThan((1.5 * 60_000) / (0.7 * limit));
  expect(notices).toEqual([]);
});

it('does not say that the log can be read again before it has read it', async () => {
  const log = await startLog((response) => {
    response.setHeader('x-rate-limit-limit', '50');
    response.setHeader('x-rate-limit-remaining', '40');
    response.setHeader('x-rate-limit-reset', `${epoch / 1000 + 50}`);
    response.setHeader('date', new Date(epoch).toUTCString());
    response.writeHead(503).end();
    return true;
  });
  const { poll, clock, notices } = poller(log.url);
  await poll();
  clock.now += 500;
  await poll();
  expect(log.asked).toHaveLength(1);
  expect(notices).toEqual(['UpstreamUnavailable']);
});

it('says once how it fails, though the ways take turns', async () => {
  const answers = [503, 403, 503, 403, 503];
  const log = await startLog((response) => {
    const status = answers.shift();
    if (status !== undefined)
      response.writeHead(status).end('{"errorCode":"E0000006","errorSummary":"no"}');
    return status !== undefined;
  });
  const { poll, clock, notices } = poller(log.url);
  for (let times = 0; times < 7; times += 1) {
    await poll();
    clock.now += 10_000;
  }
  expect(answers).toEqual([]);
  expect(notices).toEqual(['UpstreamUnavailable', 'ProviderMisconfigured', null]);
});

/** A poller that publishes nothing of what `read` returns. */
function silentLog(read: LogPages['read'], everyMs: number) {
  return createSystemLogPoller({
    pages: { from: () => 'here', read },
    intake: createEventIntake({ publish: async () => undefined, now: Date.now }),
    publish: async () => undefined,
    completeUntil: () => null,
    everyMs,
    spacingMs: () => 0,
    notice: () => undefined,
    now: Date.now,
  });
}

it.each([
  ['the rest of the time to the next', 300, [0, 500, 1000, 1500]],
  // A timer takes a millisecond at least.
  ['not at all where that is over', 800, [0, 801, 1602]],
])('after a look it waits %s', async (_name, tookMs, lookedAt) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const begun: number[] = [];
  const startedAt = performance.now();
  const page = { events: [], next: 'there' };
  const systemLog = silentLog(async () => {
    begun.push(performance.now() - startedAt);
    return new Promise((resolve) => setTimeout(resolve, tookMs, page));
  }, 500);
  systemLog.start();
  await vi.advanceTimersByTimeAsync(1_700);
  expect(begun).toEqual(lookedAt);
});

it('reads the log after a 429 at once where the clock was set back meanwhile', async () => {
  let limited = true;
  const log = await startLog((response) => {
    if (limited) refuseFor40Seconds(response, 60);
    return limited;
  });
  const { poll, users, clock } = poller(log.url);
  log.add(1);
  await poll();
  limited = false;
  clock.now -= hour;
  await poll();
  expect(users()).toEqual([1]);
});

it('stops where it is when it is closed', async () => {
  const log = await startLog(() => true);
  const { events, notices } = poller(log.url);
  events.systemLog?.start();
  await expect.poll(() => log.asked.length).toBe(1);
  await events.close();
  expect(log.serverOf.requests()).toBe(1);
  expect(notices).toEqual([]);
});

it('gives each look a signal of its own, since a signal gathers what Node keeps of each call', async () => {
  const signals: AbortSignal[] = [];
  const log = silentLog(async (next, { signal }) => {
    signals.push(signal);
    return { events: [], next };
  }, 10_000);
  await log.poll();
  await log.poll();
  await log.close();
  await log.poll();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
});
