import { expect, it } from 'vitest';
import { epoch, hour, poller, startLog } from './log-poller.ts';

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

it('catches up after an outage, which is reported once, and is not healthy meanwhile', async () => {
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

it('starts over, at most a day back, where Okta has forgotten the place or it is unknown', async () => {
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
    // The events of the other one.
    lag.apply({ id: 'complete', at: clock.now, kind: 'WATERMARK' });
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

it('is not ahead of its own clock, though another had a fast one, and goes on after it was set back', async () => {
  const log = await startLog();
  const { poll, clock, lag } = poller(log.url);
  const since = () => log.asked.at(-1)?.url.searchParams.get('since');
  lag.apply({ id: 'ahead', at: epoch + 300_000, kind: 'WATERMARK' });
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

it('publishes a GAP for an unreadable event, before the WATERMARK', async () => {
  const log = await startLog();
  const { poll, delivered } = poller(log.url);
  log.addAny({ uuid: 'x'.repeat(101), eventType: 'user.lifecycle.suspend' });
  await poll();
  expect(delivered.map(({ kind, at }) => [kind, at])).toEqual([
    ['GAP', epoch],
    ['WATERMARK', epoch],
  ]);
});
