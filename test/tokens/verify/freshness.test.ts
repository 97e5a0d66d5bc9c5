import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { publicDigestOf } from '../../../src/crypto/token-digest.ts';
import { UpstreamUnavailable } from '../../../src/identity/errors.ts';
import type { Introspection } from '../../../src/identity/model.ts';
import { createRevocations } from '../../../src/tokens/revocation/revocations.ts';
import type { VerifyOptions } from '../../../src/tokens/token/model.ts';
import { createTokenVerifier } from '../../../src/tokens/verify/verifier.ts';
import { context, type Rig, START, startRig } from '../issuer.ts';

const active = { active: true } as Introspection;
const inactive: Introspection = { active: false };
const who = { from: 'CUSTOMERS', opaque: 'REFUSE' } as const;
const local: VerifyOptions = { ...who, freshness: 'LOCAL' };
const cached: VerifyOptions = { ...who, freshness: 'CACHED' };
const fresh: VerifyOptions = { ...who, freshness: 'INTROSPECT' };

let rig: Rig;
let now: number;
/** What Okta is asked, and answers when a test says so. */
let questions: {
  token: string;
  signal: AbortSignal;
  answer: (said: Introspection) => void;
  fail: () => void;
}[];
let verifier: ReturnType<typeof createTokenVerifier>;
let revocations: ReturnType<typeof createRevocations>;
let feedLag: number | null;

beforeAll(async () => {
  rig = await startRig();
  await rig.keys.find('key-1');
});

beforeEach(() => {
  now = START;
  questions = [];
  feedLag = null;
  revocations = createRevocations({ now: () => now });
  verifier = createTokenVerifier(
    {
      issuer: rig.issuer,
      orgUrl: rig.org.url,
      audience: 'api://default',
      acceptedClientIds: ['web-app'],
    },
    {
      keys: rig.keys,
      introspect: (token, { signal }, onSend) =>
        new Promise((answer, reject) => {
          onSend();
          const fail = () => reject(new UpstreamUnavailable());
          questions.push({ token, signal, answer, fail });
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      timeoutMs: 10_000,
      revocations,
      feed: { lagSeconds: () => feedLag },
      now: () => now,
    },
  );
});

afterAll(() => rig.org.close());

const verify = (token: string, options: VerifyOptions) => verifier.verify(token, options, context);
const last = () => questions.at(-1) ?? expect.fail('There was no introspection.');
async function introspected(token: string, options: VerifyOptions, said = active) {
  const before = questions.length;
  const verdict = verify(token, options);
  expect(questions).toHaveLength(before + 1);
  last().answer(said);
  return verdict;
}

describe('CACHED', () => {
  it('asks once for 100 callers, whichever of them goes away, and once in a window', async () => {
    const token = rig.token();
    const first = new AbortController();
    const gone = verifier.verify(token, cached, { ...context, signal: first.signal });
    const atOnce = Array.from({ length: 50 }, () => verify(token, cached));
    first.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    now += 500;
    const later = Array.from({ length: 49 }, () => verify(token, cached));
    now += 1_000;
    last().answer(active);
    for (const verdict of await Promise.all(atOnce)) {
      expect(verdict).toMatchObject({ checkedBy: 'INTROSPECT', revocationLagSeconds: 0 });
    }
    // The window begins with the question: that is how old the answer is.
    const expected = { checkedBy: 'CACHED', checkedAt: new Date(START), revocationLagSeconds: 2 };
    for (const verdict of await Promise.all(later)) expect(verdict).toMatchObject(expected);

    now = START + 30_000;
    expect(verifier.verifySync(token, cached)).toMatchObject({
      active: true,
      revocationLagSeconds: 30,
    });
    now += 1;
    expect(verifier.verifySync(token, cached)).toBeNull();
    expect(questions).toHaveLength(1);
    const again = await introspected(token, cached);
    expect(again).toMatchObject({
      checkedBy: 'INTROSPECT',
      checkedAt: new Date(now),
      revocationLagSeconds: 0,
    });
    expect(again.active && again.claims()).toMatchObject({ jti: 'AT.1' });
    expect(verifier.stats()).toMatchObject({ introspections: 2, inFlight: 0 });
  });

  it('takes the answer to any question that is young enough for the caller', async () => {
    const token = rig.token();
    await introspected(token, fresh);
    now += 10_000;
    expect(verifier.verifySync(token, { ...cached, maxAgeSeconds: 10 })?.checkedBy).toBe('CACHED');
    expect(verifier.verifySync(token, { ...cached, maxAgeSeconds: 9 })).toBeNull();
    expect(verifier.verifySync(token, fresh)).toBeNull();
  });

  it('costs nothing for a token that is bad by itself', async () => {
    now += 3_700_000;
    for (const token of [rig.token(), `${rig.token()}A`, 'opaque', '']) {
      expect(await verify(token, cached)).toMatchObject({ active: false, checkedBy: 'LOCAL' });
    }
    expect(questions).toEqual([]);
  });

  it('keeps an answer that says no for 5 s, and no failure', async () => {
    const token = rig.token();
    const failed = verify(token, cached);
    last().fail();
    await expect(failed).rejects.toThrow(UpstreamUnavailable);
    expect(verifier.verifySync(token, cached)).toBeNull();
    const ended = { active: false, reason: 'REVOKED' };
    expect(await introspected(token, cached, inactive)).toMatchObject(ended);
    now += 5_000;
    expect(verifier.verifySync(token, cached)).toMatchObject({ ...ended, checkedBy: 'CACHED' });
    now += 1;
    expect(verifier.verifySync(token, cached)).toBeNull();
    expect(await introspected(token, cached)).toMatchObject({ active: true });
  });
});

it('INTROSPECT shares its call with callers of the same moment, and with no earlier ones', async () => {
  const token = rig.token();
  const atOnce = Array.from({ length: 50 }, () => verify(token, fresh));
  now += 1;
  atOnce.push(verify(token, fresh));
  expect(questions).toHaveLength(1);
  last().answer(active);
  for (const verdict of await Promise.all(atOnce)) {
    expect(verdict).toMatchObject({ checkedBy: 'INTROSPECT', revocationLagSeconds: 0 });
  }
  questions = [];
  const other = rig.token({ jti: 'AT.2' });
  const before = verify(other, fresh);
  await new Promise(setImmediate);
  const verdicts = [before, verify(other, fresh), verify(other, cached)];
  expect(questions).toHaveLength(2);
  // Whichever answer comes last: what counts is the one to the newer question.
  questions[1]?.answer(inactive);
  questions[0]?.answer(active);
  const [one, two, three] = await Promise.all(verdicts);
  expect([one?.active, two?.active, three?.active]).toEqual([false, false, false]);
});

it('says from how far back a revocation may be overlooked: the age of what it goes by, or of the feed', async () => {
  const token = rig.token();
  now += 600_500;
  expect(verifier.verifySync(token, local)).toMatchObject({ revocationLagSeconds: 601 });
  feedLag = 1.2;
  expect(verifier.verifySync(token, local)).toMatchObject({ revocationLagSeconds: 2 });
  await introspected(token, fresh);
  now += 20_000;
  expect(verifier.verifySync(token, cached)).toMatchObject({ revocationLagSeconds: 2 });
  feedLag = null;
  expect(verifier.verifySync(token, cached)).toMatchObject({ revocationLagSeconds: 20 });
  expect(verifier.verifySync(token, local)).toMatchObject({ revocationLagSeconds: 621 });
  // An issuer whose clock is ahead.
  now = START - 10_000;
  expect(verifier.verifySync(token, local)).toMatchObject({ revocationLagSeconds: 0 });
});

describe('a token that the issuer has called inactive', () => {
  it('is not active for any caller before the issuer says so', async () => {
    const token = rig.token();
    await introspected(token, fresh, inactive);
    now += 1_000;
    const ended = { active: false, reason: 'REVOKED', checkedBy: 'CACHED' };
    for (const options of [local, cached]) {
      expect(verifier.verifySync(token, options)).toMatchObject(ended);
    }
    now += 4_001;
    const failed = verify(token, local);
    last().fail();
    await expect(failed).rejects.toThrow(UpstreamUnavailable);
    // The account was locked for a while.
    expect(await introspected(token, local)).toMatchObject({ checkedBy: 'INTROSPECT' });
    expect(verifier.verifySync(token, local)).toMatchObject({ active: true, checkedBy: 'LOCAL' });
    expect(questions).toHaveLength(3);
  });

  it('is so however the clock is set', async () => {
    const token = rig.token();
    now += 60_000;
    await introspected(token, fresh, inactive);
    now -= 30_000;
    expect(verifier.verifySync(token, local)).toBeNull();
    expect(await introspected(token, local, inactive)).toMatchObject({ active: false });
  });
});

describe('when the clock is set back', () => {
  it('an answer from later than now is no answer', async () => {
    const token = rig.token();
    now += 1_800_000;
    await introspected(token, cached);
    now -= 1_500_000;
    expect(verifier.verifySync(token, cached)).toBeNull();
    expect(await introspected(token, cached, inactive)).toMatchObject({ active: false });
  });

  it('a recheck from later than now ends with one introspection', async () => {
    const token = rig.token();
    now += 60_000;
    revocations.apply({ id: 'e', at: now, userId: '00u1', kind: 'RECHECK_TOKENS' });
    now -= 5_000;
    expect(verifier.verifySync(token, local)).toBeNull();
    const verdict = await introspected(token, local);
    expect(verdict).toMatchObject({ active: true, checkedBy: 'INTROSPECT' });
    expect(questions).toHaveLength(1);
  });
});

it('a call that is not answered in time ends, for waiting and for new callers', async () => {
  const token = rig.token();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const verdict = verify(token, cached);
  expect(last().signal.aborted).toBe(false);
  vi.advanceTimersByTime(10_000);
  expect(last().signal.reason).toBeInstanceOf(UpstreamUnavailable);
  await expect(verdict).rejects.toThrow(UpstreamUnavailable);
  expect(await introspected(token, cached)).toMatchObject({ active: true });
  vi.advanceTimersByTime(10_000);
  expect(last().signal.aborted).toBe(false);
});

describe('a revocation', () => {
  const event = (at: number) => ({ id: 'e', at, userId: '00u1' });

  it('ends what was found good before, however it is asked for, but by the issuer itself', async () => {
    const token = rig.token();
    await introspected(token, cached);
    revocations.apply({ ...event(now), kind: 'TOKEN_ENDED', tokenDigest: publicDigestOf(token) });
    for (const options of [local, cached]) {
      expect(verifier.verifySync(token, options)).toMatchObject({
        active: false,
        reason: 'REVOKED',
      });
    }
    expect(verifier.verifySync(token, { ...local, revoked: 'PASS' })).toMatchObject({
      active: true,
    });
    expect(await introspected(token, fresh)).toMatchObject({ active: true });
    expect(verifier.verifySync(rig.token({ jti: 'AT.2' }), local)).toMatchObject({ active: true });
  });

  it('that has to be rechecked is introspected once, and not again for a local verdict', async () => {
    const token = rig.token();
    now += 60_000;
    await introspected(token, cached);
    now += 1_000;
    revocations.apply({ ...event(now), kind: 'RECHECK_TOKENS' });
    expect(verifier.verifySync(token, local)).toBeNull();
    const failed = verify(token, local);
    last().fail();
    await expect(failed).rejects.toThrow(UpstreamUnavailable);
    expect(await introspected(token, local)).toMatchObject({ checkedBy: 'INTROSPECT' });
    now += 600_000;
    expect(verifier.verifySync(token, local)).toMatchObject({ active: true, checkedBy: 'LOCAL' });
    // The same event again from another source: nothing changes.
    revocations.apply({ ...event(now - 600_000), kind: 'RECHECK_TOKENS' });
    expect(verifier.verifySync(token, local)).toMatchObject({ active: true });
  });

  it('that comes while Okta is asked has it asked again', async () => {
    const token = rig.token();
    const verdict = verify(token, cached);
    now += 1;
    revocations.apply({ ...event(now), kind: 'RECHECK_TOKENS' });
    last().answer(active);
    await expect.poll(() => questions.length).toBe(2);
    last().answer(inactive);
    expect(await verdict).toMatchObject({ active: false, reason: 'REVOKED' });
  });

  it('that Okta has confirmed costs a question in 5 s, for Okta may take it back', async () => {
    const token = rig.token();
    revocations.apply({ ...event(now), kind: 'RECHECK_TOKENS' });
    await introspected(token, local, inactive);
    now += 5_000;
    expect(verifier.verifySync(token, local)).toMatchObject({
      reason: 'REVOKED',
      checkedBy: 'CACHED',
    });
    now += 600_000;
    expect(await introspected(token, local)).toMatchObject({ active: true });
    expect(verifier.verifySync(token, local)).toMatchObject({ active: true, checkedBy: 'LOCAL' });
  });
});
