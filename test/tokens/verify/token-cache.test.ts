import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Verdict } from '../../../src/tokens/token/model.ts';
import { answerKeys, context, makeKey, type Rig, START, signToken, startRig } from '../issuer.ts';

const customers = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'REFUSE' } as const;
const services = { ...customers, from: 'SERVICES' } as const;
const newKey = makeKey('key-2');
const replacement = makeKey('key-1');

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
});

beforeEach(() => {
  rig.clock.now = START;
});

afterAll(() => rig.org.close());

const verify = (token: string): Promise<Verdict> => rig.verifier.verify(token, customers, context);
const known = (token: string): Verdict | null => rig.verifier.verifySync(token, customers);
const signatureChecks = () => rig.verifier.stats().misses;
/** A token that no other test has. */
let made = 0;
function newToken(claims = {}): string {
  made += 1;
  return rig.token({ jti: `AT.${made}`, ...claims });
}

it('waits for the first keys and for nothing after them', async () => {
  const token = newToken();
  expect(known(token)).toBeNull();
  const verdict = await verify(token);
  expect(verdict.active).toBe(true);
  expect(known(token)).toEqual({ ...verdict, claims: expect.any(Function) });
  expect(known(newToken())?.active).toBe(true);
});

it('checks a signature once, for 100 callers at the same time and for all who come later', async () => {
  const token = newToken();
  const before = rig.verifier.stats();
  const verdicts = await Promise.all(Array.from({ length: 100 }, () => verify(token)));
  expect(verdicts.every(({ active }) => active)).toBe(true);
  expect(known(token)?.active).toBe(true);
  const { misses, hits, size } = rig.verifier.stats();
  expect(misses - before.misses).toBe(1);
  expect(hits - before.hits).toBe(100);
  expect(size - before.size).toBe(1);
});

it('looks at the clock each time, and never beyond the end of the token', () => {
  const token = newToken();
  rig.clock.now = START + 3_600_000 + 30_000;
  expect(known(token)?.active).toBe(true);
  rig.clock.now += 1_000;
  expect(known(token)).toMatchObject({ active: false, reason: 'EXPIRED' });
  rig.clock.now = START - 31_000;
  expect(known(token)).toMatchObject({ active: false, reason: 'NOT_YET_VALID' });
});

it('applies the rules of each caller to one and the same token', () => {
  const token = newToken({ cid: 'orders', sub: 'orders', uid: undefined });
  const checks = signatureChecks();
  for (let time = 0; time < 2; time += 1) {
    expect(rig.verifier.verifySync(token, services)).toMatchObject({ active: true, userId: null });
    expect(known(token)).toMatchObject({ active: false, reason: 'WRONG_CLIENT' });
  }
  expect(signatureChecks() - checks).toBe(1);
});

it('remembers a bad signature for 5 s', () => {
  const forged = `${newToken().split('.').slice(0, 2).join('.')}.${newToken().split('.')[2]}`;
  const before = rig.verifier.stats();
  for (let time = 0; time < 3; time += 1) {
    expect(known(forged)).toMatchObject({ active: false, reason: 'BAD_SIGNATURE' });
  }
  const after = rig.verifier.stats();
  expect([after.misses - before.misses, after.negativeHits - before.negativeHits]).toEqual([1, 2]);
  rig.clock.now += 5_001;
  known(forged);
  expect(signatureChecks() - after.misses).toBe(1);
});

it('remembers 1,000 bad signatures, and forgets no good one for them', () => {
  const token = newToken();
  known(token);
  const [head, body] = newToken().split('.');
  const forgeries = Array.from({ length: 1_001 }, (_, index) => {
    return `${head}.${body}.${Buffer.from(`forged ${index}`).toString('base64url')}`;
  });
  for (const forgery of forgeries) expect(known(forgery)?.active).toBe(false);
  const checks = signatureChecks();
  expect(known(token)?.active).toBe(true);
  known(forgeries[1_000] ?? '');
  expect(signatureChecks()).toBe(checks);
  known(forgeries[0] ?? '');
  expect(signatureChecks()).toBe(checks + 1);
});

it('never answers with the customer of another token', () => {
  const tokens = Array.from({ length: 500 }, (_, index) =>
    newToken({ uid: `00u${index}`, sub: `customer-${index}@example.com` }),
  );
  for (let round = 0; round < 5; round += 1) {
    for (const [index, token] of tokens.entries()) {
      const verdict = known(token);
      const whose = verdict?.active && [verdict.userId, verdict.subject, verdict.claims()['uid']];
      expect(whose).toEqual([`00u${index}`, `customer-${index}@example.com`, `00u${index}`]);
    }
  }
});

it('forgets what a key has verified when the issuer takes it back, and nothing else', async () => {
  const own = await startRig();
  own.org.respond = answerKeys([own.key, newKey], { 'cache-control': 'max-age=60' });
  const check = (token: string) => own.verifier.verify(token, customers, context);
  const [one, other] = [own.token(), own.token()];
  const withNewKey = signToken(
    { kid: newKey.kid, alg: 'RS256' },
    JSON.parse(claimsText(one)),
    newKey,
  );
  for (const token of [one, other, withNewKey]) expect((await check(token)).active).toBe(true);

  // The same keys once more: what they have verified counts on.
  const reload = async () => {
    const { hits } = own.org;
    own.clock.now += 60_000;
    await check(one);
    await expect.poll(() => own.org.hits).toBe(hits + 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await reload();
  const { misses } = own.verifier.stats();
  for (const token of [one, other, withNewKey]) await check(token);
  expect(own.verifier.stats().misses).toBe(misses);

  // Another key under the id of the first one, which would find its tokens forged.
  own.org.respond = answerKeys([replacement, newKey], { 'cache-control': 'max-age=60' });
  await reload();
  expect(own.verifier.verifySync(one, customers)).toMatchObject({ reason: 'BAD_SIGNATURE' });
  expect(own.verifier.verifySync(withNewKey, customers)?.active).toBe(true);

  own.org.respond = answerKeys([newKey], { 'cache-control': 'max-age=60' });
  await reload();
  expect(await check(one)).toMatchObject({ active: false, reason: 'UNKNOWN_KEY' });
  expect(own.verifier.verifySync(withNewKey, customers)?.active).toBe(true);
  await own.org.close();
});

it('keeps the claims of 6 MiB of tokens, fewer of long ones', async () => {
  const other = await startRig();
  const groups = 'x'.repeat(5_500);
  const tokens = Array.from({ length: 1_000 }, (_, id) => other.token({ jti: `AT.${id}`, groups }));
  for (const token of tokens) await other.verifier.verify(token, customers, context);
  const length = tokens[0]?.length ?? 0;
  expect(length).toBeGreaterThan(7_000);
  const { readings, size } = other.verifier.stats();
  expect(size).toBe(1_000);
  expect(readings).toBeGreaterThan(700);
  expect(readings * length).toBeLessThanOrEqual(6.1 * 2 ** 20);
  await other.org.close();
});

it('does not remember a token whose key was not there yet', async () => {
  const own = await startRig();
  const head = { kid: newKey.kid, alg: 'RS256' };
  const token = signToken(head, JSON.parse(claimsText(own.token())), newKey);
  expect(await own.verifier.verify(token, customers, context)).toMatchObject({
    reason: 'UNKNOWN_KEY',
  });
  own.org.respond = answerKeys([own.key, newKey]);
  expect((await own.verifier.verify(token, customers, context)).active).toBe(true);
  await own.org.close();
});

function claimsText(token: string): string {
  return Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
}
