import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UpstreamUnavailable } from '../../../src/identity/errors.ts';
import type { Introspection } from '../../../src/identity/model.ts';
import { createTokenVerifier } from '../../../src/tokens/verify/verifier.ts';
import { claimsOf, context, type Rig, START, startRig, startSeconds } from '../issuer.ts';

const customers = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'INTROSPECT' } as const;
const services = { freshness: 'LOCAL', from: 'SERVICES', opaque: 'INTROSPECT' } as const;
const fresh = { freshness: 'INTROSPECT', from: 'CUSTOMERS', opaque: 'INTROSPECT' } as const;
const strangers = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'REFUSE' } as const;
const serviceClaims = { cid: 'orders', sub: 'orders', uid: undefined, scp: ['accounts.read'] };

let rig: Rig;
let org: Rig;

beforeAll(async () => {
  rig = await startRig();
  org = await startRig({ orgServer: true });
});

beforeEach(() => {
  for (const each of [rig, org]) {
    each.clock.now = START;
    each.answer = { active: false };
    each.introspected.length = 0;
  }
});

afterAll(async () => {
  await Promise.all([rig.org.close(), org.org.close()]);
});

function introspection(of: Rig, changes: Record<string, unknown> = {}): Introspection {
  return {
    active: true,
    subject: 'ada@example.com',
    userId: '00u1',
    clientId: 'web-app',
    scopes: ['openid'],
    issuer: of.issuer,
    audience: [of === org ? of.org.url : 'api://default'],
    expiresAt: new Date(START + 3600_000),
    claims: { active: true, token_type: 'Bearer' },
    ...changes,
  } as Introspection;
}

describe('a good token', () => {
  it('says whose it is, for how long and from when the verdict is', async () => {
    const verdict = await rig.verifier.verify(rig.token(), customers, context);
    expect(verdict).toEqual({
      active: true,
      subject: 'ada@example.com',
      userId: '00u1',
      clientId: 'web-app',
      scopes: ['openid', 'profile'],
      issuer: rig.issuer,
      audience: ['api://default'],
      tokenId: 'AT.1',
      sessionId: null,
      issuedAt: new Date(startSeconds * 1000),
      expiresAt: new Date((startSeconds + 3600) * 1000),
      claims: expect.any(Function),
      checkedBy: 'LOCAL',
      checkedAt: new Date(START),
      revocationLagSeconds: 0,
    });
    expect(verdict.active && verdict.claims()).toEqual(claimsOf(rig.issuer));
    expect(rig.introspected).toEqual([]);
  });

  it.each([
    ['typ JWT', {}, { typ: 'JWT' }],
    ['typ at+jwt', {}, { typ: 'at+jwt' }],
    ['typ application/AT+JWT', {}, { typ: 'application/AT+JWT' }],
    ['an array of audiences', { aud: ['api://other', 'api://default'] }, {}],
    ['another accepted client', { cid: 'ios-app' }, {}],
    ['a header that points to foreign keys', {}, { jku: 'http://127.0.0.1:9/', x5c: ['x'] }],
  ])('may have %s', async (_name, claims, header) => {
    const verdict = await rig.verifier.verify(rig.token(claims, header), customers, context);
    expect(verdict.active).toBe(true);
  });
});

describe('the clock', () => {
  const exp = startSeconds + 3600;

  it.each([
    ['a second before it expires', exp - 1, true, 3599],
    ['when it expires', exp, true, 3600],
    ['30 seconds after', exp + 30, true, 3630],
    ['31 seconds after', exp + 31, false, null],
  ])('accepts a token until 30 s after its end: %s', async (_name, seconds, active, lag) => {
    rig.clock.now = seconds * 1000;
    const verdict = await rig.verifier.verify(rig.token(), customers, context);
    expect(verdict.active).toBe(active);
    expect(verdict).toMatchObject(active ? { revocationLagSeconds: lag } : { reason: 'EXPIRED' });
  });

  it.each(['nbf', 'iat'])('accepts %s up to 30 s ahead', async (claim) => {
    for (const [ahead, active] of [
      [30, true],
      [31, false],
    ] as const) {
      const verdict = await rig.verifier.verify(
        rig.token({ [claim]: startSeconds + ahead }),
        customers,
        context,
      );
      expect(verdict.active).toBe(active);
      if (!verdict.active) expect(verdict.reason).toBe('NOT_YET_VALID');
    }
  });

  it('accepts a life of 24 h and not a second more', async () => {
    const day = startSeconds + 86_400;
    const longest = await rig.verifier.verify(rig.token({ exp: day }), customers, context);
    const longer = await rig.verifier.verify(rig.token({ exp: day + 1 }), customers, context);
    expect(longest.active).toBe(true);
    expect(longer).toMatchObject({ active: false, reason: 'MALFORMED' });
  });
});

describe('tokens of services', () => {
  it('count as services’ and not as customers’', async () => {
    const token = rig.token(serviceClaims);
    expect(await rig.verifier.verify(token, services, context)).toMatchObject({
      active: true,
      userId: null,
      clientId: 'orders',
      scopes: ['accounts.read'],
    });
    expect(await rig.verifier.verify(token, customers, context)).toMatchObject({
      reason: 'WRONG_CLIENT',
    });
  });

  it.each([
    ['a customer’s token', {}],
    ['a token with a user id', { ...serviceClaims, uid: '00u1' }],
    ['a token whose subject is not its client', { ...serviceClaims, sub: 'ada@example.com' }],
  ])('are not %s', async (_name, claims) => {
    const verdict = await rig.verifier.verify(rig.token(claims), services, context);
    expect(verdict).toMatchObject({ active: false, reason: 'WRONG_TYPE' });
  });
});

describe('INTROSPECT', () => {
  it('asks the issuer after the local check, and then overlooks no revocation', async () => {
    rig.answer = introspection(rig);
    const token = rig.token();
    const verdict = await rig.verifier.verify(token, fresh, context);
    expect(verdict).toMatchObject({
      active: true,
      checkedBy: 'INTROSPECT',
      revocationLagSeconds: 0,
    });
    expect(verdict.active && verdict.claims()).toMatchObject({ jti: 'AT.1' });
    expect(rig.introspected).toEqual([token]);
  });

  it('finds a revoked token that the local check cannot find', async () => {
    const token = rig.token();
    expect(await rig.verifier.verify(token, customers, context)).toMatchObject({ active: true });
    expect(await rig.verifier.verify(token, fresh, context)).toMatchObject({
      active: false,
      reason: 'REVOKED',
      checkedBy: 'INTROSPECT',
    });
  });

  it('lets the failure of the issuer through, since no answer is not an invalid token', async () => {
    const verifier = createTokenVerifier(
      {
        issuer: rig.issuer,
        orgUrl: rig.org.url,
        audience: 'api://default',
        acceptedClientIds: ['web-app'],
      },
      {
        keys: rig.keys,
        revocations: rig.revocations,
        feed: null,
        timeoutMs: 10_000,
        introspect: () => Promise.reject(new UpstreamUnavailable()),
        now: () => START,
      },
    );
    await expect(verifier.verify(rig.token(), fresh, context)).rejects.toThrow(UpstreamUnavailable);
  });

  it('reads an opaque token too, and takes no refresh token for an access token', async () => {
    rig.answer = introspection(rig, { issuer: null, audience: [], userId: null });
    expect(await rig.verifier.verify('opaque-refresh-token', customers, context)).toMatchObject({
      active: false,
      reason: 'WRONG_TYPE',
      checkedBy: 'INTROSPECT',
    });
  });
});

describe('a string that only the issuer could read', () => {
  it('costs no call where anyone can send one', async () => {
    const verdict = await rig.verifier.verify('a', strangers, context);
    expect(verdict).toMatchObject({ active: false, reason: 'MALFORMED', checkedBy: 'LOCAL' });
    expect(rig.introspected).toEqual([]);
  });

  it('is sent to the org authorization server nevertheless', async () => {
    org.answer = introspection(org);
    const verdict = await org.verifier.verify('a-reference', strangers, context);
    expect(verdict).toMatchObject({ active: true, checkedBy: 'INTROSPECT' });
  });
});

describe('with the org authorization server as issuer', () => {
  it('introspects even when LOCAL is asked for, and never loads keys', async () => {
    org.answer = introspection(org);
    const token = org.token({ aud: org.org.url });
    expect(await org.verifier.verify(token, customers, context)).toMatchObject({
      active: true,
      checkedBy: 'INTROSPECT',
      revocationLagSeconds: 0,
      userId: '00u1',
    });
    expect(org.introspected).toEqual([token]);
    expect(org.org.hits).toBe(0);
  });

  it('accepts a service’s token as such', async () => {
    org.answer = introspection(org, { clientId: 'orders', subject: 'orders', userId: null });
    const verdict = await org.verifier.verify('opaque', services, context);
    expect(verdict).toMatchObject({ active: true, clientId: 'orders' });
  });

  it('asks once for all who come with a token within 5 s, and says how old the answer is', async () => {
    org.answer = introspection(org);
    const token = org.token();
    const ask = () => org.verifier.verify(token, customers, context);
    const verdicts = await Promise.all(Array.from({ length: 20 }, ask));
    expect(verdicts.every(({ active }) => active)).toBe(true);
    expect(org.introspected).toEqual([token]);
    org.clock.now += 5_000;
    expect(await ask()).toMatchObject({
      checkedBy: 'CACHED',
      checkedAt: new Date(START),
      revocationLagSeconds: 5,
    });
    expect(org.introspected).toEqual([token]);
    org.clock.now += 1;
    expect(await ask()).toMatchObject({ checkedBy: 'INTROSPECT', revocationLagSeconds: 0 });
    expect(org.introspected).toEqual([token, token]);
  });

  it('lets a caller go away without the others', async () => {
    org.answer = introspection(org);
    const caller = new AbortController();
    const left = org.verifier.verify('shared', customers, { ...context, signal: caller.signal });
    const stays = org.verifier.verify('shared', customers, context);
    const gone = new Error('gone');
    caller.abort(gone);
    await expect(left).rejects.toBe(gone);
    expect(await stays).toMatchObject({ active: true });
  });

  it('keeps for 5 s that a token is not active, however old an answer may be', async () => {
    const token = org.token();
    const cached = { ...customers, freshness: 'CACHED' } as const;
    const ask = () => org.verifier.verify(token, cached, context);
    expect(await ask()).toMatchObject({ reason: 'REVOKED', checkedBy: 'INTROSPECT' });
    org.answer = introspection(org);
    org.clock.now += 5_000;
    expect(await ask()).toMatchObject({ reason: 'REVOKED', checkedBy: 'CACHED' });
    org.clock.now += 1;
    expect(await ask()).toMatchObject({ active: true, checkedBy: 'INTROSPECT' });
  });

  it('asks about a token that was not active no more than once in 5 s', async () => {
    for (let i = 0; i < 5; i += 1) {
      const verdict = await org.verifier.verify('ended', strangers, context);
      expect(verdict).toMatchObject({ active: false, reason: 'REVOKED' });
    }
    expect(org.introspected).toEqual(['ended']);
    await org.verifier.verify('another', strangers, context);
    org.clock.now += 5_001;
    await org.verifier.verify('ended', strangers, context);
    expect(org.introspected).toEqual(['ended', 'another', 'ended']);
  });

  it.each([
    ['inactive', null, 'REVOKED'],
    ['another issuer’s', { issuer: 'https://other.okta.com' }, 'WRONG_ISSUER'],
    ['no issuer’s (a refresh token)', { issuer: null }, 'WRONG_TYPE'],
    ['without a token type (an ID token)', { claims: { active: true } }, 'WRONG_TYPE'],
    [
      'bound to a DPoP key',
      { claims: { active: true, token_type: 'DPoP', cnf: { jkt: 'thumbprint' } } },
      'WRONG_TYPE',
    ],
    ['for another audience', { audience: ['web-app'] }, 'WRONG_AUDIENCE'],
    ['another client’s', { clientId: 'other-app' }, 'WRONG_CLIENT'],
    ['no user’s', { userId: null }, 'MISSING_CLAIM'],
    ['long expired', { expiresAt: new Date(START - 31_000) }, 'EXPIRED'],
  ])('holds the answer to the same rules: %s', async (name, changes, reason) => {
    if (changes !== null) org.answer = introspection(org, changes);
    // A token of its own, since what was not active is remembered.
    const token = org.token({ jti: `AT.${name}` });
    expect(await org.verifier.verify(token, customers, context)).toMatchObject({
      active: false,
      reason,
      checkedBy: 'INTROSPECT',
    });
  });

  it('makes no call for a text that is not a token', async () => {
    for (const token of ['', 'a.b', 'a.b.c.d.e', 'a b', `${org.token()}\n`, 'x'.repeat(32_769)]) {
      const verdict = await org.verifier.verify(token, customers, context);
      expect(verdict).toMatchObject({ active: false, reason: 'MALFORMED', checkedBy: 'LOCAL' });
    }
    expect(org.introspected).toEqual([]);
  });
});
