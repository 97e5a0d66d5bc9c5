import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UpstreamUnavailable } from '../../../src/identity/errors.ts';
import { fetchKeysFrom, type KeyAnswer, keysUrl } from '../../../src/tokens/keys/jwks.ts';
import { createKeySet } from '../../../src/tokens/keys/key-set.ts';
import { answerKeys, type Json, type Listener, listen, makeKey, START } from '../issuer.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const oldKey = makeKey('old');
const newKey = makeKey('new');
const newestKey = makeKey('newest');

let server: Listener;
let now: number;
let failures: unknown[];

beforeEach(async () => {
  server = await listen(answerKeys([oldKey]));
  now = START;
  failures = [];
});

afterEach(() => server.close());

const keySet = () =>
  createKeySet({
    fetchKeys: fetchKeysFrom(server.url),
    now: () => now,
    onFailure: (cause) => failures.push(cause),
  });
const down: RequestListener = (_request, response) => {
  response.writeHead(500).end();
};
const hang: RequestListener = () => {};
const body =
  (text: string, headers: Record<string, string> = {}, status = 200): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(text);
  };
const published = (...keys: Json[]) => body(JSON.stringify({ keys }));
/** Waits for a background refresh to end. */
const settled = (hits: number) =>
  expect
    .poll(() => server.hits, { timeout: 2000 })
    .toBe(hits)
    .then(() => pause());
const pause = (ms = 50) => new Promise((resolve) => setTimeout(resolve, ms));

describe('in good health', () => {
  it('loads once for 100 callers at the same time', async () => {
    const keys = keySet();
    const found = await Promise.all(Array.from({ length: 100 }, () => keys.find('old')));
    expect(found.every((key) => key?.type === 'public')).toBe(true);
    expect(server.hits).toBe(1);
  });

  it('knows a new key at its first use, even a moment after the last load', async () => {
    const keys = keySet();
    await keys.find('old');
    server.respond = answerKeys([oldKey, newKey]);
    expect(await keys.find('new')).not.toBeNull();
    expect(server.hits).toBe(2);
  });

  it('forgets a key that the issuer has taken back', async () => {
    const keys = keySet();
    await keys.find('old');
    server.respond = answerKeys([newKey]);
    expect(await keys.find('new')).not.toBeNull();
    expect(await keys.find('old')).toBeNull();
  });

  it('asks once in 5 s about 200 unknown keys, and in 30 s once more', async () => {
    const keys = keySet();
    const flood = async () => {
      for (let i = 0; i < 200; i += 1) expect(await keys.find(`made-up-${now}-${i}`)).toBeNull();
    };
    await keys.find('old');
    await flood();
    expect(server.hits).toBe(1 + 2);
    now += 5 * SECOND - 1;
    await flood();
    expect(server.hits).toBe(1 + 2);
    now += 1;
    for (const loads of [3, 4, 5, 6]) {
      await flood();
      expect(server.hits).toBe(1 + loads);
      now += 5 * SECOND;
    }
    now += 30 * SECOND;
    await flood();
    expect(server.hits).toBe(1 + 8);
  });

  it('knows a new key after 5 s whatever key ids callers invent, and calls nothing open that was loaded', async () => {
    const keys = keySet();
    await keys.find('old');
    for (const kid of ['made-up-1', 'made-up-2']) expect(await keys.find(kid)).toBeNull();
    server.respond = answerKeys([newKey]);
    for (const kid of ['new', 'made-up-3']) expect(await keys.find(kid)).toBeNull();
    expect(server.hits).toBe(1 + 2);
    now += 5 * SECOND;
    for (const kid of ['made-up-4', 'made-up-5']) expect(await keys.find(kid)).toBeNull();
    expect(await keys.find('new')).not.toBeNull();
    expect(await keys.find('old')).toBeNull();
    expect(server.hits).toBe(1 + 3);
  });

  it('knows both keys of two changes in a row, such as in an emergency', async () => {
    const keys = keySet();
    await keys.find('old');
    server.respond = answerKeys([newKey]);
    expect(await keys.find('new')).not.toBeNull();
    now += SECOND;
    server.respond = answerKeys([newestKey]);
    expect(await keys.find('newest')).not.toBeNull();
  });

  it.each([
    ['10 minutes where nothing is said', {}, 10 * MINUTE],
    ['as long as max-age says', { 'cache-control': 'public, max-age=1800' }, 30 * MINUTE],
    ['an hour at the most', { 'cache-control': 'max-age=3832304, must-revalidate' }, HOUR],
    ['a minute at the least', { 'cache-control': 'no-store, max-age=600' }, MINUTE],
  ])('keeps keys %s, then refreshes while callers go on', async (_name, headers, age) => {
    server.respond = answerKeys([oldKey], headers);
    const keys = keySet();
    await keys.find('old');
    now += age - 1;
    await keys.find('old');
    await pause();
    expect(server.hits).toBe(1);
    now += 1;
    expect(await keys.find('old')).not.toBeNull();
    await settled(2);
  });

  it('asks again where the clock is set back behind the load, and may ask about unknown keys', async () => {
    const keys = keySet();
    await keys.find('old');
    await keys.find('unknown');
    await keys.find('unknown');
    now -= 12 * HOUR;
    expect(keys.findSync('old')).not.toBeNull();
    await settled(4);
    server.respond = answerKeys([newKey]);
    expect(await keys.find('new')).not.toBeNull();
    expect(keys.findSync('old')).toBeNull();
  });

  it('drops a withdrawn key when its refresh is done', async () => {
    const keys = keySet();
    await keys.find('old');
    server.respond = answerKeys([newKey]);
    now += 10 * MINUTE;
    await keys.find('old');
    await settled(2);
    expect(await keys.find('old')).toBeNull();
  });
});

describe('in an outage', () => {
  it('goes on for 15 minutes with the last good keys, at one request per 30 s', async () => {
    const keys = keySet();
    await keys.find('old');
    now += 10 * MINUTE;
    server.respond = down;
    for (let second = 0; second < 15 * 60; second += 10) {
      expect(await keys.find('old')).not.toBeNull();
      expect(await keys.ready()).toBe(true);
      await pause(15);
      now += 10 * SECOND;
    }
    expect(server.hits).toBeGreaterThan(10);
    expect(server.hits).toBeLessThanOrEqual(1 + 30);
    expect(failures.length).toBe(server.hits - 1);
  });

  it('reports the age of the keys, and the outcome of each load', async () => {
    const keys = keySet();
    expect(keys.stats()).toEqual({ loads: 0, failedLoads: 0, ageMs: null });
    await keys.find('old');
    now += 10 * MINUTE;
    server.respond = down;
    await keys.find('old');
    await settled(2);
    expect(keys.stats()).toEqual({ loads: 1, failedLoads: 1, ageMs: 10 * MINUTE });
    server.respond = answerKeys([oldKey]);
    now += 30 * SECOND;
    await keys.find('unknown');
    expect(keys.stats()).toEqual({ loads: 2, failedLoads: 1, ageMs: 0 });
  });

  it('ends an hour after the keys’ freshness, and begins again with the first answer', async () => {
    const keys = keySet();
    await keys.find('old');
    server.respond = down;
    now += 10 * MINUTE + HOUR - 1;
    expect(await keys.find('old')).not.toBeNull();
    await settled(2);
    now += 31 * SECOND;
    await expect(keys.find('old')).rejects.toThrow(UpstreamUnavailable);
    expect(await keys.ready()).toBe(false);
    server.respond = answerKeys([oldKey]);
    now += 5 * SECOND;
    expect(await keys.find('old')).not.toBeNull();
    expect(await keys.ready()).toBe(true);
  });

  it('leaves unknown keys open instead of calling them invalid, at one request for 200', async () => {
    const keys = keySet();
    await keys.find('old');
    server.respond = down;
    for (let i = 0; i < 200; i += 1) {
      await expect(keys.find(`unknown-${i}`)).rejects.toThrow(UpstreamUnavailable);
    }
    expect(server.hits).toBe(2);
    expect(await keys.find('old')).not.toBeNull();
  });

  it('leaves no key open that a good load since has lacked', async () => {
    const keys = keySet();
    await keys.find('old');
    expect(await keys.find('made-up')).toBeNull();
    server.respond = answerKeys([newKey]);
    expect(await keys.find('new')).not.toBeNull();
    server.respond = down;
    now += 5 * SECOND;
    await expect(keys.find('newest')).rejects.toThrow(UpstreamUnavailable);
    // Withdrawn, or missing at the last good load: their tokens are refused.
    for (const kid of ['old', 'made-up']) expect(await keys.find(kid)).toBeNull();
    expect(server.hits).toBe(1 + 3);
  });

  it('asks about no unknown key either while a failed refresh is less than 30 s ago', async () => {
    const keys = keySet();
    await keys.find('old');
    server.respond = down;
    now += 10 * MINUTE;
    await keys.find('old');
    await settled(2);
    await expect(keys.find('unknown')).rejects.toThrow(UpstreamUnavailable);
    expect(server.hits).toBe(2);
    server.respond = answerKeys([oldKey]);
    now += 30 * SECOND;
    expect(await keys.find('unknown')).toBeNull();
    expect(server.hits).toBe(3);
  });

  it('waits 2 s once for an endpoint that hangs, not per caller', async () => {
    const keys = keySet();
    await keys.find('old');
    server.respond = hang;
    const before = performance.now();
    const waiting = Array.from({ length: 20 }, () => keys.find('unknown').catch(() => 'open'));
    expect(await keys.find('old')).not.toBeNull();
    expect(performance.now() - before).toBeLessThan(500);
    await Promise.all(waiting);
    await keys.find('unknown').catch(() => 'open');
    expect(performance.now() - before).toBeGreaterThan(1900);
    expect(performance.now() - before).toBeLessThan(3000);
    expect(server.hits).toBe(2);
  });

  it('drops an answer that comes after its deadline, so that it replaces no newer one', async () => {
    let answerLate: (answer: KeyAnswer) => void = () => {};
    const answers = [
      () =>
        new Promise<KeyAnswer>((resolve) => {
          answerLate = resolve;
        }),
      () => Promise.resolve({ jwks: { keys: [newKey.jwk] }, maxAgeSeconds: null }),
    ];
    const keys = createKeySet({
      fetchKeys: () => answers.shift()?.() ?? Promise.reject(new Error('asked too often')),
      now: () => now,
      onFailure: (cause) => failures.push(cause),
    });
    expect(await keys.find('new')).not.toBeNull();
    answerLate({ jwks: { keys: [oldKey.jwk] }, maxAgeSeconds: null });
    await pause();
    expect(await keys.find('new')).not.toBeNull();
    expect(failures).toEqual([]);
  });
});

describe('at a cold start', () => {
  it('is unavailable, asks again after 5 s, and ready() itself starts the load and waits for it', async () => {
    server.respond = down;
    const keys = keySet();
    for (let i = 0; i < 20; i += 1) {
      await expect(keys.find('old')).rejects.toThrow(UpstreamUnavailable);
    }
    expect(server.hits).toBe(1);
    server.respond = answerKeys([oldKey]);
    now += 5 * SECOND;
    expect(await keys.ready()).toBe(true);
    expect(server.hits).toBe(2);
  });

  it.each([
    ['HTTP_500', down],
    ['NOT_JSON', body('<html>canary</html>')],
    ['NO_KEY_SET', body('{"keys":"canary"}')],
    ['NO_USABLE_KEY', body('{"keys":["canary"]}')],
    ['TOO_LARGE', body('x'.repeat(256 * 1024 + 1))],
  ])('says why, by a code of its own: %s', async (code, respond) => {
    server.respond = respond;
    const keys = keySet();
    expect(await keys.ready()).toBe(false);
    expect(failures).toEqual([keys.failure()]);
    expect(failures).toMatchObject([{ code }]);
    expect(String(keys.failure())).not.toContain('canary');
  });

  it('asks a second time at once where the first answer does not come in time', async () => {
    server.respond = (request, response) => {
      if (server.hits > 1) answerKeys([oldKey])(request, response);
    };
    expect(await keySet().find('old')).not.toBeNull();
    expect(server.hits).toBe(2);
    expect(failures).toEqual([]);
  });

  it('asks no third time at once', async () => {
    server.respond = hang;
    await expect(keySet().find('old')).rejects.toThrow(UpstreamUnavailable);
    expect(server.hits).toBe(2);
    expect(failures.length).toBe(1);
  });

  const weak = makeKey('old', 1024).jwk;
  it.each<[string, RequestListener]>([
    ['HTML', body('<html>Sign in</html>', { 'content-type': 'text/html' })],
    ['nothing', body('')],
    ['null', body('null')],
    ['an object without keys', body('{}')],
    ['no keys', published()],
    ['half an answer', body('{"keys":[{"kty":"RSA","kid":"old"')],
    ['300 KiB', body(JSON.stringify({ keys: [oldKey.jwk], padding: 'x'.repeat(300 * 1024) }))],
    ['keys with status 404', body(JSON.stringify({ keys: [oldKey.jwk] }), {}, 404)],
    ['only a 1024-bit key', published(weak)],
    ['only an encryption key', published({ ...oldKey.jwk, use: 'enc' })],
    ['only an RS512 key', published({ ...oldKey.jwk, alg: 'RS512' })],
    ['only a key without an id', published({ ...oldKey.jwk, kid: undefined })],
    ['only a symmetric key', published({ kty: 'oct', kid: 'old', k: 'c2VjcmV0', alg: 'RS256' })],
    ['only a broken key', published({ ...oldKey.jwk, n: '!' })],
  ])('takes %s for a failure', async (_name, respond) => {
    server.respond = respond;
    const keys = keySet();
    await expect(keys.find('old')).rejects.toThrow(UpstreamUnavailable);
    expect(failures.length).toBe(1);
  });

  it('does not follow a redirect', async () => {
    const elsewhere = await listen(answerKeys([oldKey]));
    server.respond = body('', { location: elsewhere.url }, 302);
    await expect(keySet().find('old')).rejects.toThrow(UpstreamUnavailable);
    expect(elsewhere.hits).toBe(0);
    await elsewhere.close();
  });

  it('takes the good keys of a set and passes over the others', async () => {
    const privateJwk = { ...newKey.privateKey.export({ format: 'jwk' }), kid: 'private' };
    server.respond = published(weak, { kty: 'EC', kid: 'ec' }, privateJwk, oldKey.jwk);
    const keys = keySet();
    expect(await keys.find('old')).not.toBeNull();
    expect((await keys.find('private'))?.type).toBe('public');
    expect(await keys.find('ec')).toBeNull();
  });
});

it('finds the keys of a custom authorization server and of the org server', () => {
  const orgUrl = 'https://acme.okta.com';
  const issuer = `${orgUrl}/oauth2/default`;
  expect(keysUrl({ issuer, orgUrl })).toBe(`${issuer}/v1/keys`);
  expect(keysUrl({ issuer: orgUrl, orgUrl })).toBe(`${orgUrl}/oauth2/v1/keys`);
});
