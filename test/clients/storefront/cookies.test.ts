import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createSession } from '../../../src/clients/storefront/index.ts';
import { createSeal } from '../../../src/clients/storefront/session/seal.ts';
import { createSealedCookie } from '../../../src/clients/storefront/session/sealed-cookie.ts';
import type { SessionTokens } from '../../../src/clients/storefront/session/tokens.ts';
import type { Stack } from '../../support/start.ts';
import { clientOf, demo, keys, openBrowser, origin, sessionsOf, startReady } from './storefront.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const words = 'retail wholesale europe nordics orders returns newsletter premium staff beta'.split(
  ' ',
);
/** A name as admins give one, which repeats some words and no more. */
function groupOf(seed: number): string {
  const bytes = createHash('sha256').update(String(seed)).digest();
  const [one = 0, two = 0] = bytes;
  const id = bytes.subarray(2, 5).toString('hex');
  return `${words[one % words.length]}-${words[two % words.length]}-${id}`;
}

/** With its dot, of RS256 with a key of 2,048 bits. */
const signatureLength = 343;

/** A signed access token with Okta's claims and groups, of just this length. */
function tokenOf(length: number): string {
  const inputOf = (groups: string) => {
    const claims = {
      ver: 1,
      jti: 'AT.f0oRmxX9UhCOX_DZMAmhWZc5GyQLgPFFYHtCDQSK6iA.oarj1Qp9aOdZx7YmB1d6',
      iss: 'https://shop.okta.com/oauth2/default',
      aud: 'api://default',
      iat: 1_790_000_000,
      exp: 1_790_003_600,
      cid: '0oa1gb2c3d4e5f6g7h8i',
      uid: '00u1gb2c3d4e5f6g7h8i',
      scp: ['openid', 'offline_access'],
      auth_time: 1_790_000_000,
      sub: 'nora.quill@example.com',
      groups: groups.split(',').filter((group) => group !== ''),
    };
    return `${base64url({ kid: 'z8fc_pHXNha', alg: 'RS256' })}.${base64url(claims)}`;
  };
  let groups = '';
  for (let seed = 0; inputOf(groups).length + signatureLength < length; seed += 1)
    groups += `${groupOf(seed)},`;
  while (groups !== '' && inputOf(groups).length + signatureLength > length)
    groups = groups.slice(0, -1);
  const input = inputOf(groups);
  const signed = `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
  // Base64 grows in steps of up to four.
  return signed.padEnd(length, 'A');
}

const now = 1_790_000_000_000;
const seal = createSeal([keys[0]]);
const cookie = createSealedCookie<SessionTokens>('session', 'account', seal, () => now);
const monthFromNow = now + 30 * 86_400_000;

function tokensWith(accessToken: string): SessionTokens {
  const refreshToken = 'Zk3vQbT8q2n1m5s7x9c0v4b6n8m2q4w6e8r0t2y4u6i';
  return { accessToken, refreshToken, expiresAt: now + 3_600_000 };
}

const jarOf = (lines: readonly string[]) => {
  const browser = openBrowser();
  browser.take(lines);
  return browser.jar;
};

test.each([
  [905, 1],
  [2_024, 1],
  [4_024, 1],
  [14_024, 2],
])('an access token of %i bytes takes %i cookies of less than 4 kB', async (length, count) => {
  const value = tokensWith(tokenOf(length));
  expect(value.accessToken).toHaveLength(length);
  const jar = jarOf((await cookie.write(value, monthFromNow, true)) ?? []);
  expect(jar.size).toBe(count);
  for (const [name, text] of jar) expect(name.length + text.length).toBeLessThanOrEqual(3_900);
  expect(await cookie.read(jar, true)).toEqual({ kind: 'open', value });
});

test('a session is compressed only where one cookie would not hold it', async () => {
  const zipOf = async (length: number) => {
    const [first = ''] = [
      ...jarOf(
        (await cookie.write(tokensWith(tokenOf(length)), monthFromNow, true)) ?? [],
      ).values(),
    ];
    const [header = ''] = first.split('.').slice(3);
    return JSON.parse(Buffer.from(header, 'base64url').toString()).zip;
  };
  expect(await zipOf(2_024)).toBeUndefined();
  expect(await zipOf(4_024)).toBe('DEF');
});

test('an edge runtime without compression writes two cookies, and cannot read a compressed one', async () => {
  const value = tokensWith(tokenOf(4_024));
  const compressed = jarOf((await cookie.write(value, monthFromNow, true)) ?? []);
  vi.stubGlobal('CompressionStream', undefined);
  vi.stubGlobal('DecompressionStream', undefined);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  Reflect.deleteProperty(globalThis, 'CompressionStream');
  Reflect.deleteProperty(globalThis, 'DecompressionStream');
  const plain = jarOf((await cookie.write(value, monthFromNow, true)) ?? []);
  expect(plain.size).toBe(2);
  expect(await cookie.read(plain, true)).toEqual({ kind: 'open', value });
  expect(await cookie.read(compressed, true)).toEqual({
    kind: 'closed',
    problem: 'NO_DECOMPRESSION',
  });
});

test('what two cookies do not hold is not written', async () => {
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(9_000))).toString('base64url');
  expect(await cookie.write(tokensWith(random), monthFromNow, true)).toBeNull();
});

test('parts of two answers are never joined: torn for a minute, then no session', async () => {
  const write = async () =>
    jarOf((await cookie.write(tokensWith(tokenOf(14_024)), monthFromNow, true)) ?? []);
  const [one, two] = [await write(), await write()];
  const name = '__Host-account';
  const torn = new Map([
    [name, one.get(name) ?? ''],
    [`${name}.1`, two.get(`${name}.1`) ?? ''],
  ]);
  expect(await cookie.read(torn, true)).toEqual({ kind: 'torn', settling: true });
  torn.delete(`${name}.1`);
  expect(await cookie.read(torn, true)).toEqual({ kind: 'torn', settling: true });
  expect(await cookie.read(new Map([...two].slice(1)), true)).toMatchObject({ kind: 'torn' });
  const later = createSealedCookie<SessionTokens>('session', 'account', seal, () => now + 61_000);
  expect(await later.read(torn, true)).toEqual({ kind: 'torn', settling: false });
});

test('a shorter session deletes the second cookie of a longer one', async () => {
  const browser = openBrowser();
  browser.take((await cookie.write(tokensWith(tokenOf(14_024)), monthFromNow, true)) ?? []);
  expect([...browser.jar.keys()]).toEqual(['__Host-account', '__Host-account.1']);
  browser.take((await cookie.write(tokensWith(tokenOf(905)), monthFromNow, true)) ?? []);
  expect([...browser.jar.keys()]).toEqual(['__Host-account']);
});

test('a seal that cannot be read says why', async () => {
  const [[, text = ''] = []] = [
    ...jarOf((await cookie.write(tokensWith('eyJ'), monthFromNow, true)) ?? []),
  ];
  const read = (value: string, by = cookie) => by.read(new Map([['__Host-account', value]]), true);
  const closed = (problem: string) => ({ kind: 'closed', problem });

  const late = createSealedCookie<SessionTokens>('session', 'account', seal, () => monthFromNow);
  expect(await read(text, late)).toEqual(closed('SEAL_EXPIRED'));

  const ofKeys = (...used: readonly string[]) =>
    createSealedCookie<SessionTokens>('session', 'account', createSeal(used), () => now);
  expect(await read(text, ofKeys(keys[1]))).toEqual(closed('UNKNOWN_KEY'));
  expect(await read(text, ofKeys(keys[1], keys[0]))).toMatchObject({ kind: 'open' });

  const flipped = text.replace(
    /.(.)$/,
    (_, last: string) => `${text.at(-2) === 'A' ? 'B' : 'A'}${last}`,
  );
  expect(await read(flipped)).toEqual(closed('DAMAGED'));
  for (const odd of ['', 'x', 'a.0.1.b', text.slice(0, 200), '%00']) {
    expect(await read(odd), odd).toEqual(closed('DAMAGED'));
  }

  const sealed = await seal.seal('step', { transaction: 'x' }, monthFromNow, 3_900);
  expect(await seal.open('session', sealed, now)).toEqual({ problem: 'DAMAGED' });

  const header = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', typ: 'session.v2' }));
  const newer = `${header.toString('base64url')}..AAAA.AAAA.AAAA`;
  expect(await seal.open('session', newer, now)).toEqual({ problem: 'OTHER_VERSION' });
});

test('keys may be in base64, base64url or hexadecimal, and others are refused by number', () => {
  const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(32)));
  for (const encoding of ['base64', 'base64url', 'hex'] as const) {
    expect(() => createSeal([`${bytes.toString(encoding)}\n`])).not.toThrow();
  }
  const short = 'c2hvcnQgYW5kIHNlY3JldA';
  expect(() => createSeal([keys[0], short])).toThrow(/keys\[1\] is not 32 bytes/);
  expect(() => createSeal([keys[0], short])).not.toThrow(short);
  expect(() => createSeal([])).toThrow('keys is empty');
});

let stack: Stack;
beforeAll(async () => {
  stack = await startReady();
}, 60_000);
afterAll(() => stack.close());

test.each([
  ['https://shop.example', [], '__Host-account', true],
  ['http://shop.example', [], '__Host-account', true],
  ['http://localhost:3000', [], 'account', false],
  ['http://127.0.0.1:3000', [], 'account', false],
  ['http://[::1]:3000', [], 'account', false],
  ['https://localhost:3000', [], '__Host-account', true],
  ['http://localhost:3000', ['https://shop.example'], '__Host-account', true],
])('at %s with the origins %j the cookie is %s', async (base, origins, name, secure) => {
  const browser = openBrowser(base);
  const visit = browser.visit('POST', { origin: origins[0] ?? base });
  const session = await sessionsOf(stack, { origins }).open(visit);
  expect(await session.logIn(demo)).toEqual({ __typename: 'LogInSuccess' });
  const line = visit.lines.find((candidate) => candidate.startsWith(`${name}=`)) ?? '';
  expect(line.endsWith('; Secure')).toBe(secure);
});

test('behind a proxy that ends TLS the cookie is secure', async () => {
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example', origin };
  const visit = openBrowser('http://localhost:3000').visit('POST', forwarded);
  expect(await (await sessionsOf(stack).open(visit)).logIn(demo)).toEqual({
    __typename: 'LogInSuccess',
  });
  expect(visit.lines.some((line) => line.startsWith('__Host-account='))).toBe(true);
});

test.each([
  [{ trustedHops: -1 }, 'trustedHops'],
  [{ trustedHops: 0.5 }, 'trustedHops'],
  [{ origins: ['https://shop.example/'] }, '"https://shop.example/" in origins'],
  [{ cookie: { name: 'a b' } }, 'cookie.name'],
  [{ cookie: { maxAgeSeconds: 0 } }, 'cookie.maxAgeSeconds'],
])('settings that cannot work are refused at the start: %j', (settings, problem) => {
  const create = () =>
    createSession({ client: clientOf(stack), keys: [keys[0]], trustedHops: 1, ...settings });
  expect(create).toThrow(problem);
});
