import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createEventLag } from '../../src/coherence/event-lag.ts';
import type { OktaConfig } from '../../src/config.ts';
import type { AccountEvent } from '../../src/identity/account-event.ts';
import { createEventIntake } from '../../src/okta/event-intake.ts';
import { createOktaEvents } from '../../src/okta/okta-events.ts';
import { createSystemLog } from '../../src/okta/system-log.ts';
import { startRawServer } from './raw-server.ts';

const epoch = Date.parse('2026-11-23T10:00:00Z');
const hour = 3_600_000;

interface Asked {
  readonly url: URL;
  readonly authorization: string | undefined;
}

/** A System Log whose places are numbers of events; `answer` may say something else instead. */
async function startLog(answer?: (response: ServerResponse, asked: Asked) => boolean) {
  const log: object[] = [];
  const asked: Asked[] = [];
  const pageSize = 2;
  const server = await startRawServer((response, { url = '', headers }: IncomingMessage) => {
    const request = { url: new URL(url, server.url), authorization: headers.authorization };
    asked.push(request);
    if (answer?.(response, request)) return;
    const from = Number(request.url.searchParams.get('after') ?? 0);
    const page = log.slice(from, from + pageSize);
    const next = new URL(request.url);
    next.searchParams.set('after', `${from + page.length}`);
    response.setHeader('content-type', 'application/json');
    response.appendHeader('link', `<${request.url.href}>; rel="self"`);
    response.appendHeader('link', `<${next.href}>; rel="next"`);
    response.end(JSON.stringify(page));
  });
  return {
    url: server.url,
    asked,
    add(...users: number[]) {
      const published = new Date(epoch).toISOString();
      for (const user of users) {
        const target = [{ id: `00u${user}`.padEnd(20, '0'), type: 'User' }];
        const eventType = 'user.account.lock';
        log.push({ uuid: `event ${log.length}`, ...{ published, eventType, target } });
      }
    },
    addAny: (event: object) => void log.push(event),
    serverOf: server,
  };
}

function poller(orgUrl: string, shouldPoll?: () => Promise<boolean>) {
  const clock = { now: epoch };
  const told: AccountEvent[] = [];
  const notices: (string | null)[] = [];
  const lag = createEventLag(() => clock.now);
  const management: OktaConfig['management'] = () => ({
    method: 'ssws',
    apiToken: 'the-api-token',
  });
  const issuer = `${orgUrl}/oauth2/default`;
  const events = createOktaEvents({ orgUrl, issuer, management } as OktaConfig, {
    async publish(published) {
      told.push(...published);
      published.forEach(lag.apply);
    },
    ...(shouldPoll && { shouldPoll }),
    completeUntil: lag.completeUntil,
    notice: (failure) => notices.push(failure?.constructor.name ?? null),
    logPollSeconds: 10,
    observe: () => undefined,
    now: () => clock.now,
  });
  onTestFinished(() => events.close());
  const poll = async () => events.systemLog?.poll();
  const users = () =>
    told.flatMap((event) =>
      event.kind === 'TOKENS_DOUBTED' ? Number(event.userId.slice(3).replace(/0+$/, '')) : [],
    );
  return { clock, poll, users, told, lag, notices, events };
}

it('reads to the end of a day at first and goes on from there, without loss or repetition', async () => {
  const log = await startLog();
  const { poll, users, lag, clock } = poller(log.url);
  log.add(1, 2, 3);
  expect(lag.lagSeconds()).toBeNull();
  await poll();
  expect(users()).toEqual([1, 2, 3]);
  expect(lag.lagSeconds()).toBe(10);
  const [{ url, authorization } = {}] = log.asked;
  expect(authorization).toBe('SSWS the-api-token');
  expect(url?.searchParams.get('since')).toBe('2026-11-22T10:00:00.000Z');
  expect(url?.searchParams.get('sortOrder')).toBe('ASCENDING');
  expect(url?.searchParams.has('until')).toBe(false);
  expect(url?.searchParams.get('filter')).toMatch(
    /^eventType eq "[\w.]+"( or eventType eq "[\w.]+")+$/,
  );

  log.add(4);
  clock.now += 15_000;
  expect(lag.lagSeconds()).toBe(25);
  await Promise.all([poll(), poll()]);
  expect(users()).toEqual([1, 2, 3, 4]);
  // Two pages and the empty one at first, then one and the empty one, once.
  expect(log.asked.map((each) => each.url.searchParams.get('after'))).toEqual([
    ...[null, '2', '3'],
    ...['3', '4'],
  ]);
});

it('catches up after an outage, which is told once, and is not healthy for as long', async () => {
  let failing = false;
  const log = await startLog((response) => {
    if (failing) response.writeHead(503).end();
    return failing;
  });
  const { poll, users, lag, clock, notices } = poller(log.url);
  log.add(1);
  await poll();
  failing = true;
  log.add(2);
  for (let round = 0; round < 3; round += 1) {
    clock.now += 120_000;
    await poll();
  }
  expect(lag.lagSeconds()).toBeNull();
  expect(notices).toEqual(['UpstreamUnavailable']);
  failing = false;
  log.add(3);
  await poll();
  expect(users()).toEqual([1, 2, 3]);
  expect(lag.lagSeconds()).toBe(10);
  expect(notices).toEqual(['UpstreamUnavailable', null]);
  expect(log.asked.filter(({ url }) => url.searchParams.get('after') === null)).toHaveLength(1);
});

it('starts over, a day back at most, where Okta has forgotten the place or nobody knows it', async () => {
  let forgotten = false;
  const log = await startLog((response, { url }) => {
    const refuse = forgotten && url.searchParams.has('after');
    forgotten &&= !refuse;
    if (refuse) response.writeHead(400).end('{"errorCode":"E0000001","errorSummary":"no"}');
    return refuse;
  });
  const { poll, users, clock, notices } = poller(log.url);
  const sinces = () =>
    log.asked.flatMap(({ url }) =>
      url.searchParams.has('after') ? [] : (url.searchParams.get('since') ?? []),
    );
  log.add(1);
  await poll();
  forgotten = true;
  log.add(2);
  clock.now += hour;
  await poll();
  expect(notices).toEqual(['ProviderMisconfigured']);
  await poll();
  expect(users()).toEqual([1, 2]);
  clock.now += 25 * hour;
  await poll();
  expect(sinces()).toEqual([
    '2026-11-22T10:00:00.000Z',
    // When all was heard, and a minute before.
    '2026-11-23T09:59:00.000Z',
    '2026-11-23T12:00:00.000Z',
  ]);
});

it.each([
  ['another host', (url: URL) => `<${url.href.replace('127.0.0.1', 'localhost')}>`],
  ['another port', (url: URL) => `<http://127.0.0.1:1${url.pathname}>`],
  ['another path', (url: URL) => `<${url.origin}/api/v1/users>`],
  ['a path beside', (url: URL) => `<${url.href.replace('logs', 'logs/../users')}>`],
  ['credentials of its own', (url: URL) => `<${url.href.replace('//', '//a:b@')}>`],
  ['nowhere', () => '<>'],
])('follows no link to %s', async (_name, linkTo) => {
  const log = await startLog((response, { url }) => {
    response.setHeader('link', `${linkTo(url)}; rel="next"`);
    response.end('[]');
    return true;
  });
  const { poll, lag, notices } = poller(log.url);
  await poll();
  await poll();
  expect(notices).toEqual(['UpstreamUnavailable']);
  expect(lag.lagSeconds()).toBeNull();
  expect(log.asked.every(({ url }) => url.pathname === '/api/v1/logs')).toBe(true);
  expect(log.asked.every(({ url }) => !url.searchParams.has('after'))).toBe(true);
});

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
  const systemLog = createSystemLog({
    pages: {
      from: () => 'here',
      async read() {
        begun.push(performance.now() - startedAt);
        return new Promise((resolve) => setTimeout(resolve, tookMs, page));
      },
    },
    intake: createEventIntake({
      publish: async () => undefined,
      now: Date.now,
    }),
    publish: async () => undefined,
    completeUntil: () => null,
    everyMs: 500,
    spacingMs: () => 0,
    notice: () => undefined,
    now: Date.now,
  });
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

it('leaves it to another process, and takes over where that one was', async () => {
  let mine = false;
  const log = await startLog();
  const { poll, users, clock, lag } = poller(log.url, async () => mine);
  log.add(1);
  await poll();
  expect(log.asked).toHaveLength(0);
  for (const since of ['2026-11-23T09:59:00.000Z', '2026-11-23T10:59:00.000Z']) {
    mine = false;
    await poll();
    // What the other one has told.
    lag.apply({ id: 'complete', at: clock.now, kind: 'EVENTS_COMPLETE' });
    expect(lag.lagSeconds()).toBe(10);
    mine = true;
    log.asked.length = 0;
    await poll();
    expect(log.asked[0]?.url.searchParams.get('since')).toBe(since);
    expect(log.asked[0]?.url.searchParams.has('after')).toBe(false);
    clock.now += hour;
  }
  expect(users()).toEqual([1]);
});

it('ends where a page leads on to itself', async () => {
  const log = await startLog((response, { url }) => {
    response.setHeader('link', `<${url.href}>; rel="next"`);
    response.end('[{}]');
    return true;
  });
  const { poll, lag } = poller(log.url);
  await poll();
  expect(log.asked).toHaveLength(1);
  expect(lag.lagSeconds()).toBe(10);
});

const tooMuch = Buffer.alloc(8 * 1024 * 1024 + 1, ' ');

it('asks for fewer events at a time where a page is too large, and goes on with so many', async () => {
  const log = await startLog((response, { url }) => {
    const isLarge = Number(url.searchParams.get('limit')) > 250;
    if (isLarge) response.end(tooMuch);
    return isLarge;
  });
  const { poll, users, lag, notices } = poller(log.url);
  log.add(1, 2, 3);
  await poll();
  expect(users()).toEqual([1, 2, 3]);
  expect(lag.lagSeconds()).toBe(10);
  expect(notices).toEqual([]);
  const limits = log.asked.map(({ url }) => Number(url.searchParams.get('limit')));
  expect(limits).toEqual([1000, 500, 250, 250, 250]);
});

it('gives up where one event alone is too large', async () => {
  const log = await startLog((response) => {
    response.end(tooMuch);
    return true;
  });
  const { poll, notices } = poller(log.url);
  await poll();
  expect(notices).toEqual(['UpstreamUnavailable']);
  expect(log.asked).toHaveLength(10);
  expect(log.asked.at(-1)?.url.searchParams.get('limit')).toBe('1');
});

it('is not ahead of its own time, whoever had a fast clock, and goes on after it was set back', async () => {
  const log = await startLog();
  const { poll, clock, lag } = poller(log.url);
  const since = () => log.asked.at(-1)?.url.searchParams.get('since');
  lag.apply({ id: 'ahead', at: epoch + 300_000, kind: 'EVENTS_COMPLETE' });
  clock.now += 2_000;
  expect(lag.lagSeconds()).toBe(12);
  await poll();
  expect(since()).toBe('2026-11-23T09:59:00.000Z');

  clock.now -= hour;
  expect(lag.lagSeconds()).toBe(10);
  clock.now += 60_000;
  expect(lag.lagSeconds()).toBe(70);
  await poll();
  expect(lag.lagSeconds()).toBe(10);
});

it('doubts everybody where an event cannot be read, before it says that it has read all', async () => {
  const log = await startLog();
  const { poll, told } = poller(log.url);
  log.addAny({ uuid: 'x'.repeat(101), eventType: 'user.lifecycle.suspend' });
  await poll();
  expect(told.map(({ kind, at }) => [kind, at])).toEqual([
    ['EVENTS_LOST', epoch],
    ['EVENTS_COMPLETE', epoch],
  ]);
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
  const log = createSystemLog({
    pages: {
      from: () => 'the place',
      async read(next, { signal }) {
        signals.push(signal);
        return { events: [], next };
      },
    },
    intake: createEventIntake({
      publish: async () => {},
      now: Date.now,
    }),
    publish: async () => undefined,
    completeUntil: () => null,
    everyMs: 10_000,
    spacingMs: () => 0,
    notice: () => undefined,
    now: Date.now,
  });
  await log.poll();
  await log.poll();
  await log.close();
  await log.poll();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
});
