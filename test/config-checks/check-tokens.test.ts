import { expect, test, vi } from 'vitest';
import type { OktaSettings } from '../../src/config.ts';
import { createTokenCheck } from '../../src/config-checks/check-tokens.ts';
import { explainRefusal } from '../../src/config-checks/explain-refusal.ts';
import { createFindings } from '../../src/config-checks/findings.ts';
import { createNotices } from '../../src/config-checks/notices.ts';
import { maxTokenLength } from '../../src/identity/access-token.ts';
import type { Tokens } from '../../src/identity/model.ts';
import type { TokenInvalidReason, Verdict } from '../../src/tokens/token/model.ts';
import { catchLog } from '../support/log.ts';

const okta: OktaSettings = {
  orgUrl: 'https://acme.okta.com',
  issuer: 'https://acme.okta.com/oauth2/default',
  audience: 'api://default',
  clientId: '0oaShop',
  logInFlow: 'password',
  redirectUri: null,
  scopes: ['openid', 'email', 'offline_access'],
  acceptedClientIds: ['0oaShop'],
  signUpGroupIds: [],
  userBatchSize: 100,
  callTimeoutMs: 3_000,
};
const claims = { iss: okta.issuer, aud: 'api://other', cid: '0oaShop', iat: 1_000, exp: 4_600 };
const accessToken = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
const tokens: Tokens = {
  accessToken,
  refreshToken: 'a-refresh-token',
  idToken: null,
  owner: null,
  expiresAt: new Date(4_600_000),
  scopes: okta.scopes,
};

const checked = { checkedBy: 'LOCAL', checkedAt: new Date(0) } as const;
const refusedFor = (reason: TokenInvalidReason): Verdict => ({ active: false, reason, ...checked });
const good = { active: true, ...checked } as unknown as Verdict;

function start() {
  const { log, entries } = catchLog();
  const verify = vi.fn(async () => good);
  const findings = createFindings({ log, notices: createNotices() });
  const state = { credentials: {}, now: 0 };
  const judge = createTokenCheck({
    ...{ okta, findings },
    verifier: { verifySync: () => null, verify },
    credentials: () => state.credentials,
    timeoutMs: 1_000,
    now: () => state.now,
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { judge, verify, state, findings, entries, settled };
}

test('of one configuration only the first log-in and the first refresh are checked', async () => {
  const { judge, verify, settled } = start();
  for (const by of ['LOG_IN', 'REFRESH'] as const) {
    judge(tokens, by);
    judge(tokens, by);
    await settled();
    judge(tokens, by);
  }
  expect(verify).toHaveBeenCalledTimes(2);
});

test('changed secrets make the next log-in the first one again', async () => {
  const { judge, verify, state, settled } = start();
  judge(tokens, 'LOG_IN');
  await settled();
  state.credentials = {};
  judge(tokens, 'LOG_IN');
  expect(verify).toHaveBeenCalledTimes(2);
});

test('a wrong token is checked again after ten seconds, and the log says when it is right', async () => {
  const { judge, verify, state, findings, entries, settled } = start();
  verify.mockResolvedValueOnce(refusedFor('WRONG_AUDIENCE'));
  judge(tokens, 'LOG_IN');
  await settled();
  expect(findings.misconfigured()).toEqual(['ACCESS_TOKEN']);
  state.now = 9_999;
  judge(tokens, 'LOG_IN');
  expect(verify).toHaveBeenCalledTimes(1);
  state.now = 10_000;
  judge(tokens, 'LOG_IN');
  await settled();
  expect(findings.misconfigured()).toEqual([]);
  const message = 'OKTA_AUDIENCE is api://default, but tokens are issued for api://other.';
  expect(entries().map(({ level, msg }) => [level, msg])).toEqual([
    ['error', message],
    ['info', `Resolved: ${message}`],
  ]);
});

test('an issuer that does not answer gives no finding', async () => {
  const { judge, verify, entries, settled } = start();
  verify.mockRejectedValueOnce(new Error('no answer'));
  judge(tokens, 'LOG_IN');
  await settled();
  expect(entries()).toEqual([]);
});

test('scopes that were not granted, and a missing refresh token, are findings of a log-in', async () => {
  const { judge, entries, settled } = start();
  judge({ ...tokens, scopes: ['openid'], refreshToken: null }, 'LOG_IN');
  await settled();
  expect(entries()).toMatchObject([
    { check: 'SCOPES', msg: expect.stringContaining('asks for email offline_access, but') },
    { check: 'SCOPES', msg: expect.stringMatching(/^Log-ins get no refresh token/) },
  ]);
});

test('a refresh may have the scopes of an older log-in', async () => {
  const { judge, entries, settled } = start();
  judge({ ...tokens, scopes: ['openid'] }, 'REFRESH');
  await settled();
  expect(entries()).toEqual([]);
});

const about = { claims, length: accessToken.length, okta, now: 1_000_000 };
interface Changes {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly length?: number;
}

test.each<[TokenInvalidReason, Changes, RegExp]>([
  [
    'WRONG_ISSUER',
    { claims: { iss: 'https://id.shop.example' } },
    /by https:\/\/id\.shop\.example/,
  ],
  ['WRONG_AUDIENCE', { claims: { aud: ['a', 'b'] } }, /issued for a, b\./],
  ['WRONG_AUDIENCE', { claims: {} }, /issued for another one\./],
  [
    'WRONG_CLIENT',
    { claims: { cid: '0oaOther' } },
    /is 0oaShop, but tokens are issued to 0oaOther/,
  ],
  ['WRONG_TYPE', { claims: { cnf: { jkt: 'x' } } }, /to a DPoP key/],
  ['WRONG_TYPE', {}, /another type/],
  ['MISSING_CLAIM', {}, /lack the claim sub, uid, scp/],
  [
    'MALFORMED',
    { length: maxTokenLength + 1 },
    /characters, more than the \d+ that this API takes/,
  ],
  ['MALFORMED', { claims: { iat: 0, exp: 90_000 } }, /valid for 90000 s/],
  ['UNSUPPORTED_ALGORITHM', {}, /RS256/],
  ['UNKNOWN_KEY', {}, /does not publish/],
  ['BAD_SIGNATURE', {}, /does not fit/],
  ['NOT_YET_VALID', { claims: { iat: 1_120 } }, /ahead of .*120 s/],
  ['EXPIRED', { claims: { exp: 900 } }, /behind .*100 s/],
  ['REVOKED', {}, /inactive/],
])('%s is explained in words for an operator', (reason, changes, words) => {
  const { message, fix } = explainRefusal(reason, { ...about, ...changes });
  expect(message).toMatch(words);
  expect(message).toMatch(/\.$/);
  expect(fix).toMatch(/^[A-Z].*\.$/);
});
