import { expect, onTestFinished, test, vi } from 'vitest';
import { UpstreamUnavailable } from '../../src/identity/errors.ts';
import { callContext, ids, startProfiles, turn } from './provider.ts';

const outage = new UpstreamUnavailable();

test('what many requests ask for at one moment is one call, each id once', async () => {
  const { profiles, calls } = startProfiles();
  const wanted = [['00u1', '00u2'], ['00u2', '00u3'], ['00u1', '00u1'], []];
  const answers = wanted.map((each) => profiles.find(each, callContext()));
  await turn();
  expect(calls.map((call) => call.ids)).toEqual([['00u1', '00u2', '00u3']]);
  await calls[0]?.answer();
  const found = await Promise.all(answers);
  expect(found.map((users) => [...users.keys()])).toEqual(wanted.map((each) => [...new Set(each)]));
});

test('a call carries no shopper, and is logged with the request that came first', async () => {
  const { calls, ask } = startProfiles();
  const shopper = { clientIp: '203.0.113.7', userAgent: null, deviceId: null, language: null };
  await Promise.all([
    ask(['00u1'], { requestId: 'first', shopper }),
    ask(['00u2'], { requestId: 'second' }),
  ]);
  expect(calls[0]?.context).toMatchObject({ requestId: 'first', shopper: null });
});

test('while a call is in flight a full batch is sent too, and the rest waits for more ids', async () => {
  const { profiles, calls, ask } = startProfiles({ maxBatchesInFlight: 3, maxWaitMs: 60_000 });
  const sizes = () => calls.map((call) => call.ids.length);
  await ask(ids(230));
  expect(sizes()).toEqual([100, 100]);
  expect(profiles.stats()).toMatchObject({ batchesInFlight: 2, queued: 30 });
  await Promise.all(ids(90, '00x').map((id) => ask([id])));
  expect(sizes()).toEqual([100, 100, 100]);
  await ask(ids(100, '00y'));
  expect(profiles.stats()).toMatchObject({ batchesInFlight: 3, queued: 120 });
  await calls[1]?.answer();
  expect(sizes()).toEqual([100, 100, 100, 100]);
  for (const call of [calls[0], calls[3]]) await call?.answer();
  expect(profiles.stats()).toMatchObject({ batchesInFlight: 1, queued: 20 });
  await calls[2]?.fail(outage);
  expect(sizes()).toEqual([100, 100, 100, 100, 20]);
});

test('no id waits long for others, however slow another call is', async () => {
  const { calls, ask } = startProfiles({ maxWaitMs: 20 });
  await ask(['00u1']);
  await ask(['00u2']);
  await ask(['00u3']);
  expect(calls).toHaveLength(1);
  await vi.waitFor(() =>
    expect(calls.map((call) => call.ids)).toEqual([['00u1'], ['00u2', '00u3']]),
  );
});

test('a call that does not end in time fails, wherever it waits', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { profiles } = startProfiles({
    findUsers: (_ids, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  });
  const answer = profiles.find(['00u1'], callContext());
  await turn();
  vi.advanceTimersByTime(10_000);
  expect((await answer).get('00u1')).toBeInstanceOf(UpstreamUnavailable);
  expect(profiles.stats()).toMatchObject({ batchesInFlight: 0, failedBatches: 1 });
});

test('is not kept where the clock is set back behind the read', async () => {
  const { profiles, nameOf, advance } = startProfiles();
  await nameOf('00u1');
  advance(-1);
  expect(profiles.findSync('00u1')).toBeUndefined();
  expect(await nameOf('00u1')).toBe('Ada');
  expect(profiles.findSync('00u1')).toMatchObject({ firstName: 'Ada' });
});

test('is kept for the TTL, then answered once more while it is read anew, and then no more', async () => {
  const { profiles, calls, names, nameOf, advance } = startProfiles();
  expect(profiles.findSync('00u1')).toBeUndefined();
  expect(await nameOf('00u1')).toBe('Ada');
  names.set('00u1', 'Grace');
  advance(29);
  expect(profiles.findSync('00u1')?.firstName).toBe('Ada');
  expect(await nameOf('00u1')).toBe('Ada');
  expect(calls).toHaveLength(1);
  advance(1);
  expect(profiles.findSync('00u1')?.firstName).toBe('Ada');
  expect(profiles.findSync('00u1')?.firstName).toBe('Ada');
  await turn();
  expect(calls.map((call) => call.ids)).toEqual([['00u1'], ['00u1']]);
  await calls[1]?.answer();
  expect(profiles.findSync('00u1')?.firstName).toBe('Grace');
  advance(60);
  expect(profiles.findSync('00u1')).toBeUndefined();
  expect(profiles.stats()).toMatchObject({ hits: 5, staleHits: 2, misses: 1, batches: 2 });
});

test('a read that takes long is as old as its question', async () => {
  const { profiles, calls, ask, advance } = startProfiles();
  await ask(['00u1']);
  advance(60);
  await calls[0]?.answer();
  expect(profiles.findSync('00u1')).toBeUndefined();
});

test('a failing read keeps what is stale to its end, tried once a second, and then shows', async () => {
  const { profiles, calls, nameOf, advance } = startProfiles();
  await nameOf('00u1');
  advance(31);
  for (const tried of [2, 3]) {
    expect(profiles.findSync('00u1')?.firstName).toBe('Ada');
    await turn();
    await calls.at(-1)?.fail(outage);
    expect(profiles.findSync('00u1')?.firstName).toBe('Ada');
    await turn();
    expect(calls).toHaveLength(tried);
    advance(1);
  }
  advance(27);
  const answer = profiles.find(['00u1'], callContext());
  await turn();
  await calls.at(-1)?.fail(outage);
  expect((await answer).get('00u1')).toBe(outage);
});

test('an account that does not exist is known for five seconds not to', async () => {
  const { profiles, calls, names, nameOf, advance } = startProfiles();
  names.set('00u1', null);
  expect(await nameOf('00u1')).toBeUndefined();
  expect(profiles.findSync('00u1')).toBeNull();
  expect(await nameOf('00u1')).toBeUndefined();
  expect(calls).toHaveLength(1);
  names.set('00u1', 'Ada');
  advance(5);
  expect(profiles.findSync('00u1')).toBeUndefined();
  expect(await nameOf('00u1')).toBe('Ada');
});

test('an error goes to those who wait, to no later caller, and to no other batch', async () => {
  const { profiles, calls, nameOf } = startProfiles({ batchSize: 1 });
  const answers = ['00u1', '00u1', '00u2'].map((id) => profiles.find([id], callContext()));
  await turn();
  await Promise.all([calls[1]?.answer(), calls[0]?.fail(outage)]);
  const [failing, joined, fine] = await Promise.all(answers);
  expect([failing?.get('00u1'), joined?.get('00u1')]).toEqual([outage, outage]);
  expect(fine?.get('00u2')).toMatchObject({ id: '00u2' });
  expect(profiles.findSync('00u1')).toBeUndefined();
  expect(await nameOf('00u1')).toBe('Ada');
});

test('an account that cannot be read is an error for itself, kept for five seconds', async () => {
  const { profiles, calls, broken, nameOf, advance } = startProfiles();
  broken.set('00u1', outage);
  const both = profiles.find(['00u1', '00u2'], callContext());
  await turn();
  await calls[0]?.answer();
  expect((await both).get('00u1')).toBe(outage);
  expect((await both).get('00u2')).toMatchObject({ id: '00u2' });
  expect(profiles.findSync('00u1')).toBeUndefined();
  expect((await profiles.find(['00u1'], callContext())).get('00u1')).toBe(outage);
  expect(calls).toHaveLength(1);
  broken.clear();
  advance(5);
  expect(await nameOf('00u1')).toBe('Ada');
});

test('an account that cannot be read any more is answered as it was, to the end of what is kept', async () => {
  const { profiles, calls, broken, nameOf, advance } = startProfiles();
  await nameOf('00u1');
  broken.set('00u1', outage);
  advance(31);
  expect(profiles.findSync('00u1')?.firstName).toBe('Ada');
  await turn();
  await calls[1]?.answer();
  expect(profiles.findSync('00u1')?.firstName).toBe('Ada');
  advance(29);
  await expect(nameOf('00u1')).rejects.toBe(outage);
});

test('who begins a read may go: the others get the answer, and it is kept', async () => {
  const { profiles, calls } = startProfiles();
  const gone = new AbortController();
  const first = profiles.find(['00u1'], callContext({ signal: gone.signal }));
  const second = profiles.find(['00u1'], callContext());
  await turn();
  gone.abort(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await expect(profiles.find(['00u2'], callContext({ signal: gone.signal }))).rejects.toThrow();
  expect(calls[0]?.context.signal.aborted).toBe(false);
  await calls[0]?.answer();
  expect((await second).size).toBe(1);
  expect(profiles.findSync('00u1')?.id).toBe('00u1');
  expect(calls).toHaveLength(1);
});

test('a fresh read begins now, whatever is cached or in flight, and all later callers see it', async () => {
  const { profiles, calls, names } = startProfiles();
  const before = profiles.find(['00u1'], callContext());
  await turn();
  names.set('00u1', 'Grace');
  const fresh = profiles.findFresh('00u1', callContext());
  expect(calls).toHaveLength(2);
  await calls[0]?.answer();
  expect((await before).get('00u1')).toMatchObject({ firstName: 'Ada' });
  expect(profiles.findSync('00u1')).toBeUndefined();
  await calls[1]?.answer();
  expect((await fresh)?.firstName).toBe('Grace');
  expect(profiles.findSync('00u1')?.firstName).toBe('Grace');
});

test('the cache keeps to its bounds, and evicts the least recently used first', async () => {
  const small = startProfiles({ maxEntries: 3 });
  for (const id of ['00u1', '00u2', '00u3', '00u1', '00u4']) await small.nameOf(id);
  expect(['00u1', '00u2', '00u4'].map((id) => small.profiles.findSync(id)?.id)).toEqual([
    '00u1',
    undefined,
    '00u4',
  ]);
  const narrow = startProfiles({ maxBytes: 10_000 });
  for (const id of ids(50)) await narrow.nameOf(id);
  const { entries, bytes } = narrow.profiles.stats();
  expect(bytes).toBeLessThanOrEqual(10_000);
  expect(entries).toBeGreaterThan(3);
  await narrow.nameOf('00u'.padEnd(20_000, 'x'));
  expect(narrow.profiles.stats().bytes).toBeLessThanOrEqual(10_000);
});

test('with a TTL of 0 nothing is kept, and what is asked at one moment is one call still', async () => {
  const { profiles, calls, nameOf } = startProfiles({ ttlSeconds: 0 });
  const both = Promise.all([1, 2].map(() => profiles.find(['00u1'], callContext())));
  await turn();
  await calls[0]?.answer();
  expect(await both).toHaveLength(2);
  expect(profiles.findSync('00u1')).toBeUndefined();
  await nameOf('00u1');
  expect(calls).toHaveLength(2);
});

test('is settled when nothing is read or waits to be, even for callers who have gone', async () => {
  const { profiles, calls } = startProfiles({ batchSize: 1, maxBatchesInFlight: 1 });
  const gone = new AbortController();
  profiles.find(['00u1', '00u2'], callContext({ signal: gone.signal })).catch(() => undefined);
  gone.abort();
  const settled = profiles.settled().then(() => 'settled');
  await turn();
  await calls[0]?.answer();
  await turn();
  expect(await Promise.race([settled, turn()])).toBeUndefined();
  await calls[1]?.answer();
  expect(await settled).toBe('settled');
});
