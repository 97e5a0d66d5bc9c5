import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import {
  AccountLocked,
  LogInDenied,
  RateLimited,
  TransactionInvalid,
  UpstreamUnavailable,
  ValidationFailed,
} from '../../../src/identity/errors.ts';
import {
  FactorNotAllowed,
  FactorNotFound,
  MfaCodeInvalid,
  MfaRejected,
} from '../../../src/identity/mfa-errors.ts';
import { toError } from '../../../src/okta/errors/error-table.ts';
import { ChallengePending, MfaRequired, WrongStep } from '../../../src/okta/errors/mfa-errors.ts';
import { readFailure } from '../../../src/okta/wire/answer.ts';
import type { OktaEndpoint } from '../../../src/okta/wire/endpoints.ts';
import { startOkta } from '../../embedded/start.ts';
import { callContext, providerOn } from '../start.ts';

const context = callContext();
const email = 'push@example.com';
const password = 'Correct-Horse-7';
const user = { id: '00u1234567890123456A', profile: { login: email } };
const now = Date.parse('2026-11-23T07:00:00Z');
const expiresAt = '2030-01-01T00:00:00.000Z';

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta({
    perUsernamePerSecond: 1000,
    seed: { users: [{ email, password, factors: [{ type: 'push' }] }] },
  });
});
afterEach(() => okta.reset());

const answers = (path: string | RegExp, body: unknown, status = 200) =>
  okta.fail({
    path,
    fault: {
      kind: 'answer',
      status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
  });

const failureOf = async (endpoint: OktaEndpoint, status: number, body: unknown) =>
  toError(await readFailure(endpoint, Response.json(body, { status }), now));
const oauthError = (error: string, error_description: string) => ({ error, error_description });
const oktaError = (errorCode: string, ...causes: string[]) => ({
  errorCode,
  errorSummary: 'Summary',
  errorCauses: causes.map((errorSummary) => ({ errorSummary })),
});

describe('the error table', () => {
  it.each([
    ['token/mfa-oob', 400, 'authorization_pending', '', ChallengePending],
    ['token/mfa-oob', 400, 'slow_down', '', ChallengePending],
    [
      'token/mfa-oob',
      400,
      'invalid_grant',
      'User rejected out-of-band authentication prompt.',
      MfaRejected,
    ],
    [
      'token/mfa-oob',
      403,
      'access_denied',
      "'oob_code' has expired. Use a new 'oob_code' or 'mfa_token' and try again.",
      MfaRejected,
    ],
    [
      'token/mfa-otp',
      403,
      'access_denied',
      '`mfa_token` has expired. Use a new `oob_code` or `mfa_token` and try again.',
      TransactionInvalid,
    ],
    [
      'token/mfa-otp',
      400,
      'invalid_grant',
      "The 'otp' provided is either empty or incorrect.",
      MfaCodeInvalid,
    ],
    ['token/mfa-oob', 400, 'invalid_grant', 'in another language', MfaCodeInvalid],
    [
      'challenge',
      403,
      'access_denied',
      "The required authenticator can't be used.",
      FactorNotAllowed,
    ],
    ['token/mfa-otp', 400, 'access_denied', 'User is not assigned to the app.', LogInDenied],
    ['token/mfa-otp', 403, 'mfa_required', 'One more, please.', LogInDenied],
    ['token/mfa-otp', 429, 'invalid_grant', 'API call exceeded rate limit.', RateLimited],
  ] as const)('%s %i %s %s', async (endpoint, status, error, text, type) => {
    expect(await failureOf(endpoint, status, oauthError(error, text))).toBeInstanceOf(type);
  });

  it.each([
    ['authn/factors/verify', 403, 'E0000068', '', MfaCodeInvalid],
    ['authn/factors/verify', 403, 'E0000082', '', MfaCodeInvalid],
    ['authn/factors/activate', 403, 'E0000083', '', MfaCodeInvalid],
    ['users/factors/activate', 403, 'E0000068', '', MfaCodeInvalid],
    ['authn/factors/verify', 403, 'E0000073', '', MfaRejected],
    ['authn/factors/verify', 403, 'E0000079', '', WrongStep],
    ['authn/factors/activate', 403, 'E0000079', '', TransactionInvalid],
    ['authn/skip', 401, 'E0000011', '', TransactionInvalid],
    ['authn/factors/verify', 403, 'E0000069', '', AccountLocked],
    ['authn/factors/verify', 403, 'E0000085', '', LogInDenied],
    ['authn/factors/verify', 404, 'E0000007', '', FactorNotFound],
    ['users/factors/remove', 404, 'E0000007', '', FactorNotFound],
    ['users/factors/enroll', 400, 'E0000098', '', ValidationFailed],
    [
      'users/factors/enroll',
      400,
      'E0000001',
      'phoneNumber: The phone number is invalid.',
      ValidationFailed,
    ],
    ['users/factors/enroll', 400, 'E0000001', 'Factor already exists.', FactorNotAllowed],
    ['users/factors/activate', 403, 'E0000016', '', FactorNotAllowed],
  ] as const)('%s %i %s %s', async (endpoint, status, code, cause, type) => {
    expect(await failureOf(endpoint, status, oktaError(code, cause))).toBeInstanceOf(type);
  });

  it.each([
    ['E0000109', 30],
    ['E0000133', 30],
    ['E0000118', 5],
    ['E0000047', 1],
  ])('knows how long %s lasts', async (code, seconds) => {
    const error = await failureOf('authn/factors/verify', 429, oktaError(code));
    expect(error).toMatchObject({ scope: 'UPSTREAM', retryAfterSeconds: seconds });
  });

  it('has the mfa_token at hand, and nowhere in a text', async () => {
    const body = { ...oauthError('mfa_required', 'Verify.'), mfa_token: 'secret-mfa-token' };
    const error = await failureOf('token/password', 403, body);
    expect(error).toBeInstanceOf(MfaRequired);
    expect(`${error.message} ${error.stack}`).not.toContain('secret-mfa-token');
  });
});

describe('the authn flow', () => {
  const transaction = (status: string, rest: object) => ({
    stateToken: '00state',
    expiresAt,
    status,
    ...rest,
  });
  const logIn = () =>
    providerOn(okta, { logInFlow: 'authn' }).provider.logIn({ email, password }, context);

  it('offers what it can ask for, and leaves out the rest', async () => {
    const factors = [
      { id: 'fwf12345678901234567', factorType: 'webauthn', provider: 'FIDO' },
      { id: '../../users', factorType: 'sms', profile: { phoneNumber: '+1 XXX-XXX-1337' } },
      { id: 'sms12345678901234567', factorType: 'sms', profile: { phoneNumber: '+1 XXX-XXX-7' } },
    ];
    answers('/api/v1/authn', transaction('MFA_REQUIRED', { _embedded: { user, factors } }));
    expect(await logIn()).toMatchObject({
      kind: 'mfaRequired',
      expiresAt: new Date(expiresAt),
      factors: [{ id: 'sms12345678901234567', type: 'SMS', hint: '…17' }],
    });
  });

  it.each(['MFA_REQUIRED', 'MFA_ENROLL'])(
    'denies a log-in that only other factors could finish: %s',
    async (status) => {
      const factors = [{ id: 'fwf12345678901234567', factorType: 'webauthn', provider: 'FIDO' }];
      answers('/api/v1/authn', transaction(status, { _embedded: { user, factors } }));
      await expect(logIn()).rejects.toBeInstanceOf(LogInDenied);
    },
  );

  it('leaves out an enrollment that Okta does not insist on', async () => {
    const factors = [{ factorType: 'sms', provider: 'OKTA', enrollment: 'OPTIONAL' }];
    const _links = { skip: { href: 'https://org.example/api/v1/authn/skip' } };
    const stop = answers(/^\/api\/v1\/authn$/, transaction('MFA_ENROLL', { _links, factors }));
    answers('/api/v1/authn/skip', { status: 'SUCCESS', sessionToken: '00unknown', expiresAt });
    // The made-up session token is as far as it gets.
    await expect(logIn()).rejects.toBeInstanceOf(UpstreamUnavailable);
    stop();
    const paths = okta.requests.all().map(({ path }) => path);
    expect(paths).toEqual([
      '/api/v1/authn',
      '/api/v1/authn/skip',
      expect.stringMatching(/authorize$/),
    ]);
  });

  it('insists on what Okta insists on', async () => {
    const offer = (factorType: string, enrollment: string, provider = 'OKTA') => ({
      factorType,
      provider,
      enrollment,
      status: 'NOT_SETUP',
    });
    const factors = [
      offer('sms', 'OPTIONAL'),
      offer('email', 'REQUIRED'),
      offer('push', 'REQUIRED'),
    ];
    answers('/api/v1/authn', transaction('MFA_ENROLL', { _embedded: { user, factors } }));
    expect(await logIn()).toMatchObject({ kind: 'mfaEnrollmentRequired', types: ['EMAIL'] });
  });

  it.each([
    ['REJECTED', MfaRejected],
    ['CANCELLED', MfaRejected],
    ['TIMEOUT', MfaRejected],
    ['PASSCODE_REPLAYED', MfaCodeInvalid],
    ['TIME_WINDOW_EXCEEDED', MfaCodeInvalid],
    ['ERROR', UpstreamUnavailable],
  ])('reads the factorResult %s', async (factorResult, type) => {
    const { provider } = providerOn(okta, { logInFlow: 'authn' });
    const outcome = await provider.logIn({ email, password }, context);
    if (outcome.kind !== 'mfaRequired') throw new Error(outcome.kind);
    const factorId = outcome.factors[0]?.id ?? '';
    const { continuation } = await provider.sendMfaChallenge({ ...outcome, factorId }, context);
    answers(/verify$/, transaction('MFA_CHALLENGE', { factorResult }));
    const verified = provider.verifyMfa({ continuation, factorId, code: null }, context);
    await expect(verified).rejects.toBeInstanceOf(type);
  });

  it('shows the number that comes only while the push waits', async () => {
    const { provider } = providerOn(okta, { logInFlow: 'authn' });
    const outcome = await provider.logIn({ email, password }, context);
    if (outcome.kind !== 'mfaRequired') throw new Error(outcome.kind);
    const factorId = outcome.factors[0]?.id ?? '';
    const { continuation } = await provider.sendMfaChallenge({ ...outcome, factorId }, context);
    const factor = {
      id: factorId,
      factorType: 'push',
      _embedded: { challenge: { correctAnswer: 7 } },
    };
    const waiting = { factorResult: 'WAITING', _embedded: { user, factor } };
    answers(/verify$/, transaction('MFA_CHALLENGE', waiting));
    const pending = await provider.verifyMfa({ continuation, factorId, code: null }, context);
    expect(pending).toMatchObject({ kind: 'mfaPending', numberChallenge: '7' });
  });
});

describe('the password flow', () => {
  it('sends the challenge as the API’s own client, and never in a URL', async () => {
    const { provider, calls } = providerOn(okta);
    const outcome = await provider.logIn({ email, password }, context);
    if (outcome.kind !== 'mfaRequired') throw new Error(outcome.kind);
    const factorId = outcome.factors[0]?.id ?? '';
    await provider.sendMfaChallenge({ ...outcome, factorId }, context);
    expect(calls.map(({ endpoint }) => endpoint)).toEqual([
      'token/password',
      'authn',
      'users/factors/list',
      'challenge',
    ]);
    const challenge = okta.requests.all().at(-1);
    expect(challenge?.headers['authorization']).toMatch(/^Basic /);
    expect(challenge?.query).toBe('');
  });

  it('reads a number that Okta writes as a number', async () => {
    const { provider } = providerOn(okta);
    const outcome = await provider.logIn({ email, password }, context);
    if (outcome.kind !== 'mfaRequired') throw new Error(outcome.kind);
    const factorId = outcome.factors[0]?.id ?? '';
    answers(/challenge$/, { oob_code: 'ftx', binding_method: 'transfer', binding_code: 95 });
    const challenge = await provider.sendMfaChallenge({ ...outcome, factorId }, context);
    expect(challenge.numberChallenge).toBe('95');
  });

  it.each([
    ['no JSON', '<html>'],
    ['no oob_code', '{}'],
  ])('takes a challenge with %s for none', async (_, body) => {
    const { provider } = providerOn(okta);
    const outcome = await provider.logIn({ email, password }, context);
    if (outcome.kind !== 'mfaRequired') throw new Error(outcome.kind);
    okta.fail({ path: /challenge$/, fault: { kind: 'answer', status: 200, body } });
    const factorId = outcome.factors[0]?.id ?? '';
    const sent = provider.sendMfaChallenge({ ...outcome, factorId }, context);
    await expect(sent).rejects.toBeInstanceOf(UpstreamUnavailable);
  });
});
