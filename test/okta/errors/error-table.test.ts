import { describe, expect, it } from 'vitest';
import {
  AccountLocked,
  EmailTaken,
  InvalidCredentials,
  LogInDenied,
  PasswordRejected,
  ProviderMisconfigured,
  RateLimited,
  RefreshTokenRejected,
  ResetTokenInvalid,
  TransactionInvalid,
  UpstreamUnavailable,
  ValidationFailed,
  VerificationTokenInvalid,
} from '../../../src/identity/errors.ts';
import {
  PasswordExpired,
  RecoveryRefused,
  toError,
  UserNotFound,
} from '../../../src/okta/errors/error-table.ts';
import { readFailure } from '../../../src/okta/wire/answer.ts';
import type { OktaEndpoint } from '../../../src/okta/wire/endpoints.ts';

const date = 'Mon, 23 Nov 2026 07:00:00 GMT';
const now = Date.parse(date);

function oauth(status: number, error: string, error_description = ''): Response {
  return Response.json({ error, error_description }, { status });
}

function okta(status: number, errorCode: string, ...causes: string[]): Response {
  const errorCauses = causes.map((errorSummary) => ({ errorSummary }));
  const errorSummary = 'Summary of demo@example.com';
  return Response.json({ errorCode, errorSummary, errorLink: errorCode, errorCauses }, { status });
}

async function errorAt(endpoint: OktaEndpoint, response: Response): Promise<Error> {
  return toError(await readFailure(endpoint, response, now));
}

type Row = readonly [OktaEndpoint, Response, new (...args: never[]) => Error];
const named = (rows: readonly Row[]) =>
  rows.map(([endpoint, response, type], row) => ({ row, endpoint, response, type }));

describe('the error table', () => {
  it.each(
    named([
      [
        'token/password',
        oauth(400, 'invalid_grant', 'The credentials provided were invalid.'),
        InvalidCredentials,
      ],
      [
        'token/password',
        oauth(400, 'invalid_grant', 'Some text in another language.'),
        InvalidCredentials,
      ],
      ['token/password', oauth(400, 'invalid_grant', 'Password has expired.'), PasswordExpired],
      [
        'token/password',
        oauth(
          400,
          'invalid_grant',
          'Resource owner password credentials cannot be used with MFA enabled.',
        ),
        LogInDenied,
      ],
      [
        'token/password',
        oauth(
          400,
          'invalid_grant',
          'Resource owner password credentials authentication denied by sign on policy.',
        ),
        LogInDenied,
      ],
      [
        'token/password',
        oauth(400, 'invalid_grant', 'The user does not configure a password.'),
        LogInDenied,
      ],
      [
        'token/password',
        oauth(400, 'access_denied', 'User is not assigned to the client application.'),
        LogInDenied,
      ],
      [
        'token/password',
        oauth(403, 'access_denied', "User couldn't be signed-in through direct authentication."),
        LogInDenied,
      ],
      [
        'token/password',
        oauth(403, 'mfa_required', 'Verify with an additional authenticator.'),
        LogInDenied,
      ],
      [
        'token/password',
        oauth(
          401,
          'access_denied',
          'Policy evaluation failed for this request, please check the policy configurations.',
        ),
        ProviderMisconfigured,
      ],
      [
        'token/password',
        oauth(
          400,
          'access_denied',
          'Policy evaluation succeeded, but all the requested scopes were rejected.',
        ),
        ProviderMisconfigured,
      ],
      [
        'token/password',
        oauth(
          401,
          'invalid_client',
          'The client secret supplied for a confidential client is invalid.',
        ),
        ProviderMisconfigured,
      ],
      ['token/password', oauth(400, 'unauthorized_client'), ProviderMisconfigured],
      ['token/password', oauth(400, 'invalid_scope'), ProviderMisconfigured],
      ['token/password', oauth(400, 'consent_required'), ProviderMisconfigured],
      ['token/password', okta(401, 'invalid_client'), ProviderMisconfigured],
      ['token/password', okta(404, 'E0000007'), ProviderMisconfigured],
      ['authn', okta(401, 'E0000004'), InvalidCredentials],
      ['authn', okta(403, 'E0000119'), AccountLocked],
      ['authn', okta(403, 'E0000069'), AccountLocked],
      ['authn', okta(403, 'E0000085'), LogInDenied],
      ['authn', okta(403, 'E0000079'), LogInDenied],
      [
        'authorize',
        oauth(
          302,
          'login_required',
          'The client specified not to prompt, but the client app requires re-authentication or MFA.',
        ),
        LogInDenied,
      ],
      [
        'authorize',
        oauth(
          302,
          'login_required',
          'The client specified not to prompt, but the user is not logged in.',
        ),
        UpstreamUnavailable,
      ],
      [
        'authorize',
        oauth(302, 'access_denied', 'User is not assigned to the client application.'),
        LogInDenied,
      ],
      ['authorize', oauth(302, 'interaction_required'), ProviderMisconfigured],
      ['authorize', oauth(302, 'server_error'), UpstreamUnavailable],
      [
        'token/authorization_code',
        oauth(400, 'invalid_grant', 'The authorization code is invalid or has expired.'),
        UpstreamUnavailable,
      ],
    ]),
  )('of a log-in, row $row: $endpoint', async ({ endpoint, response, type }) => {
    expect(await errorAt(endpoint, response)).toBeInstanceOf(type);
  });

  it.each(
    named([
      [
        'token/refresh_token',
        oauth(400, 'invalid_grant', 'The refresh token is invalid or expired.'),
        RefreshTokenRejected,
      ],
      [
        'token/refresh_token',
        oauth(400, 'access_denied', 'User is not assigned to the client application.'),
        RefreshTokenRejected,
      ],
      [
        'token/refresh_token',
        oauth(401, 'access_denied', 'Policy evaluation failed for this request.'),
        ProviderMisconfigured,
      ],
      [
        'token/refresh_token',
        oauth(403, 'access_denied', 'Not from this network zone.'),
        ProviderMisconfigured,
      ],
      ['token/refresh_token', oauth(401, 'invalid_client'), ProviderMisconfigured],
      ['introspect', oauth(401, 'invalid_client'), ProviderMisconfigured],
      ['revoke', oauth(401, 'invalid_client'), ProviderMisconfigured],
      ['token/client_credentials', oauth(400, 'invalid_scope'), ProviderMisconfigured],
      ['users/list', okta(401, 'E0000011'), ProviderMisconfigured],
      ['users/list', okta(403, 'E0000006'), ProviderMisconfigured],
      ['users/create', okta(403, 'E0000006'), ProviderMisconfigured],
      ['users/create', okta(400, 'E0000093'), ProviderMisconfigured],
    ]),
  )('of sessions and set-up, row $row: $endpoint', async ({ endpoint, response, type }) => {
    expect(await errorAt(endpoint, response)).toBeInstanceOf(type);
  });

  it.each(
    named([
      ['authn/credentials/change_password', okta(401, 'E0000011'), TransactionInvalid],
      ['authn/credentials/change_password', okta(403, 'E0000079'), TransactionInvalid],
      [
        'authn/credentials/change_password',
        okta(403, 'E0000014', 'oldPassword: The credentials provided were incorrect.'),
        InvalidCredentials,
      ],
      [
        'authn/credentials/change_password',
        okta(403, 'E0000014', 'Password has been used too recently'),
        PasswordRejected,
      ],
      ['authn/credentials/change_password', okta(403, 'E0000080'), PasswordRejected],
      ['authn/credentials/change_password', okta(403, 'E0000035'), LogInDenied],
      ['authn/recovery/token', okta(401, 'E0000011'), ResetTokenInvalid],
      ['authn/recovery/token', okta(403, 'E0000105'), ResetTokenInvalid],
      ['authn/recovery/token', okta(403, 'E0000119'), AccountLocked],
      ['authn/credentials/reset_password', okta(401, 'E0000011'), ResetTokenInvalid],
      ['authn/credentials/reset_password', okta(403, 'E0000080'), PasswordRejected],
      ['authn/credentials/reset_password', okta(403, 'E0000014'), PasswordRejected],
      ['authn/recovery/password', okta(403, 'E0000034'), RecoveryRefused],
      ['authn/recovery/password', okta(403, 'E0000095'), RecoveryRefused],
      ['authn/recovery/password', okta(429, 'E0000118'), RecoveryRefused],
      ['authn/recovery/password', okta(429, 'E0000047'), RateLimited],
      ['authn/recovery/unlock', okta(403, 'E0000032'), RecoveryRefused],
      ['authn/recovery/unlock', okta(429, 'E0000047'), RateLimited],
      ['authn/activation', okta(401, 'E0000004'), VerificationTokenInvalid],
      ['authn/activation', okta(403, 'E0000105'), VerificationTokenInvalid],
      ['authn/activation', okta(403, 'E0000006'), ProviderMisconfigured],
      ['users/reactivate', okta(403, 'E0000038'), RecoveryRefused],
      ['users/activate', okta(403, 'E0000016'), RecoveryRefused],
      ['users/reset_password', okta(403, 'E0000017'), RecoveryRefused],
      ['users/get', okta(404, 'E0000007'), UserNotFound],
      ['users/get', okta(403, 'E0000006'), ProviderMisconfigured],
    ]),
  )('of passwords, row $row: $endpoint', async ({ endpoint, response, type }) => {
    expect(await errorAt(endpoint, response)).toBeInstanceOf(type);
  });

  it.each([
    ['a page', () => new Response('<html>', { status: 400 })],
    ['an empty body', () => new Response('', { status: 403 })],
    ['null', () => new Response('null', { status: 400 })],
    ['JSON of another shape', () => Response.json({ message: 'no' }, { status: 400 })],
    ['a 500 with an envelope', () => okta(500, 'E0000009')],
    ['a 503 with an OAuth error', () => oauth(503, 'invalid_grant')],
    ['an unexpected redirect', () => new Response(null, { status: 302 })],
    ['an unexpected 2xx', () => new Response(null, { status: 204 })],
  ])('reads %s as an outage at every kind of endpoint', async (_name, response) => {
    for (const endpoint of ['token/password', 'authn', 'users/list', 'authorize'] as const) {
      expect(await errorAt(endpoint, response())).toBeInstanceOf(UpstreamUnavailable);
    }
  });
});

describe('rate limits', () => {
  const limited = (headers: Record<string, string>) =>
    new Response('{"error":"invalid_grant"}', { status: 429, headers });
  const seconds = async (headers: Record<string, string>) => {
    const error = await errorAt('token/password', limited(headers));
    expect(error).toBeInstanceOf(RateLimited);
    return error instanceof RateLimited ? error.retryAfterSeconds : null;
  };
  const bucket = (remaining: number, reset: number) => ({
    'x-rate-limit-limit': '600',
    'x-rate-limit-remaining': String(remaining),
    'x-rate-limit-reset': String(now / 1000 + reset),
  });

  it('end at the reset by the clock of Okta, not by ours', async () => {
    const an_hour_ago = new Date(now - 3_600_000).toUTCString();
    expect(await seconds({ ...bucket(0, -3600 + 42), date: an_hour_ago })).toBe(42);
  });

  it('fall back on our clock for an answer without a date', async () => {
    expect(await seconds(bucket(0, 7))).toBe(7);
  });

  it('last at least a second', async () => {
    expect(await seconds({ ...bucket(0, -5), date })).toBe(1);
  });

  it('of one user name last a second, whatever the bucket of the endpoint says', async () => {
    expect(await seconds({ ...bucket(599, 50), date })).toBe(1);
    expect(await seconds({})).toBe(1);
    expect(await seconds({ ...bucket(0, 9), 'x-rate-limit-reset': 'soon', date })).toBe(1);
  });
});

describe('a refused sign-up', () => {
  const taken = 'login: An object with this field already exists in the current organization';
  const weak =
    'password: Password requirements were not met. Password requirements: at least 8 characters, a number, no parts of your username. Your password cannot be any of your last 4 passwords.';
  const refused = (...causes: string[]) =>
    errorAt('users/create', okta(400, 'E0000001', ...causes));

  it('is EmailTaken for an address in use', async () => {
    expect(await refused(taken)).toBeInstanceOf(EmailTaken);
  });

  it('says what else is wrong as if the address were free', async () => {
    expect(await refused(taken, weak)).toBeInstanceOf(PasswordRejected);
    expect(await refused(taken, 'locale: Does not match required pattern')).toBeInstanceOf(
      ValidationFailed,
    );
  });

  it('names the rules of the password policy in the words of Okta', async () => {
    expect(await refused(weak)).toMatchObject({
      violations: ['REQUIREMENTS_NOT_MET'],
      requirements: [
        'at least 8 characters',
        'a number',
        'no parts of your username',
        'Your password cannot be any of your last 4 passwords',
      ],
    });
  });

  it.each([
    ['Password has been used too recently', 'USED_RECENTLY'],
    ['Password cannot be your current password', 'USED_RECENTLY'],
    ['Your password does not meet the minimum age requirement.', 'CHANGED_TOO_RECENTLY'],
    ['This password was found in a list of commonly used passwords.', 'BREACHED'],
    ['Das Passwort ist zu schwach.', 'REQUIREMENTS_NOT_MET'],
  ])('reads "%s" as %s', async (text, violation) => {
    expect(await refused(`password: ${text}`)).toMatchObject({
      violations: [violation],
      requirements: [],
    });
  });

  it('names the fields of sign-up, not the attributes of Okta', async () => {
    const error = await refused(
      'login: Username must be in the form of an email address',
      'lastName: The field cannot be left blank',
      'mobilePhone: The field is too long',
    );
    expect(error).toMatchObject({
      fields: [
        { field: 'email', problem: 'MALFORMED' },
        { field: 'lastName', problem: 'REQUIRED' },
        { field: 'mobilePhone', problem: 'TOO_LONG' },
      ],
    });
  });

  it('is a fault of the set-up where the org requires what sign-up does not ask for', async () => {
    const error = await refused('loyaltyTier: The field cannot be left blank', weak);
    expect(error).toBeInstanceOf(ProviderMisconfigured);
    expect(error).toMatchObject({ detail: expect.stringContaining('loyaltyTier') });
    expect(await refused()).toBeInstanceOf(ProviderMisconfigured);
    expect(await refused('constructor: odd')).toBeInstanceOf(ProviderMisconfigured);
  });
});

describe('the text of an error', () => {
  it('gives the operator code and text of Okta, without the address in it', async () => {
    const error = await errorAt('users/list', okta(403, 'E0000006'));
    expect(error).toMatchObject({ detail: 'users/list: E0000006 Summary of …' });
  });

  it('gives the cause of an outage without the body', async () => {
    const error = await errorAt('authn', new Response('secret-4711', { status: 502 }));
    expect(error).toMatchObject({ cause: { message: 'authn: HTTP 502 without an error code' } });
  });
});
