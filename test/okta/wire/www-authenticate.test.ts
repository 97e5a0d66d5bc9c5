import { describe, expect, it } from 'vitest';
import { ProviderMisconfigured, UpstreamUnavailable } from '../../../src/identity/errors.ts';
import { toError } from '../../../src/okta/errors/error-table.ts';
import { readFailure } from '../../../src/okta/wire/answer.ts';
import type { OktaEndpoint } from '../../../src/okta/wire/endpoints.ts';
import { readChallengeError, readChallenges } from '../../../src/okta/wire/www-authenticate.ts';

const plain = (header: string) =>
  readChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('a WWW-Authenticate header', () => {
  it.each([
    ['', []],
    ['Bearer', [['bearer', {}]]],
    ['Bearer realm="x"', [['bearer', { realm: 'x' }]]],
    [
      'Bearer scope="a b", error="insufficient_scope"',
      [['bearer', { scope: 'a b', error: 'insufficient_scope' }]],
    ],
    ['bearer error = "a" ,scope="b"', [['bearer', { error: 'a', scope: 'b' }]]],
    ['Bearer error=invalid_token', [['bearer', { error: 'invalid_token' }]]],
    ['Bearer ERROR="a", error="b"', [['bearer', { error: 'a' }]]],
    [
      'Bearer error="a, error=\\"b\\"", scope="c\\\\d"',
      [['bearer', { error: 'a, error="b"', scope: 'c\\d' }]],
    ],
    [
      'Basic realm="p", Negotiate YWJj==, Bearer error="a"',
      [
        ['basic', { realm: 'p' }],
        ['negotiate', {}],
        ['bearer', { error: 'a' }],
      ],
    ],
    [
      'DPoP algs="ES256 RS256", error="use_dpop_nonce", Bearer',
      [
        ['dpop', { algs: 'ES256 RS256', error: 'use_dpop_nonce' }],
        ['bearer', {}],
      ],
    ],
    [', ,Bearer ,error="a",,', [['bearer', { error: 'a' }]]],
    ['Bearer error="a", scope="unclosed', [['bearer', { error: 'a' }]]],
    ['error="a"', []],
    ['"', []],
  ])('%s is read as RFC 9110 has it', (header, challenges) => {
    expect(plain(header)).toEqual(challenges);
  });

  it('is read in linear time', () => {
    const started = performance.now();
    for (const piece of ['a ', 'a=', 'a="', 'a,', 'a="\\', ' \t,']) {
      readChallenges(`Bearer ${piece.repeat(8_000)}`);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('names the first error of several challenges, and nothing that could not be one', () => {
    const error = (header: string) =>
      readChallengeError(new Headers({ 'www-authenticate': header }))?.error ?? null;
    expect(error('Basic realm="x", Bearer error="invalid_token"')).toBe('invalid_token');
    expect(error('Basic realm="proxy"')).toBeNull();
    expect(error('Bearer error="see https://x/?a=b"')).toBeNull();
    expect(readChallengeError(new Headers())).toBeNull();
  });
});

describe('a 4xx without an error of Okta in its body', () => {
  const header = (challenge: string, body: string | null = null, status = 403) =>
    new Response(body, { status, headers: { 'www-authenticate': challenge } });
  const errorAt = async (endpoint: OktaEndpoint, response: Response) =>
    toError(await readFailure(endpoint, response, 0));
  const endpoints = [
    'users/create',
    'users/list',
    'policies/list',
    'logs/list',
    'meta/schemas/user',
    'myaccount/emails/create',
    'token/client_credentials',
    'introspect',
    'revoke',
  ] as const;

  it.each([
    [
      'Bearer scope="okta.users.manage", error="insufficient_scope", error_description="The access token provided does not contain the required scopes."',
      /insufficient_scope The access token .* scopes\. \(needs the scope okta\.users\.manage\)$/,
    ],
    ['Bearer error="insufficient_scope"', /: insufficient_scope$/],
    ['Bearer error="invalid_token", error_description="expired"', /: invalid_token expired$/],
    [
      'DPoP error="invalid_dpop_proof"',
      /invalid_dpop_proof .*(turn off "Require|clock of this machine)/,
    ],
    [
      'DPoP error="use_dpop_nonce", algs="ES256"',
      /use_dpop_nonce .*(turn off "Require|clock of this machine)/,
    ],
  ])('by %s is a fault of the set-up that says so', async (challenge, detail) => {
    for (const endpoint of endpoints) {
      for (const body of [null, '', '<html>']) {
        const error = await errorAt(endpoint, header(challenge, body));
        expect(error).toBeInstanceOf(ProviderMisconfigured);
        expect(error).toMatchObject({ detail: expect.stringMatching(detail) });
      }
    }
  });

  it('is a fault of the set-up where it is a bare 401 for a token of ours', async () => {
    for (const endpoint of ['users/list', 'logs/list', 'policies/list'] as const) {
      expect(await errorAt(endpoint, new Response('', { status: 401 }))).toBeInstanceOf(
        ProviderMisconfigured,
      );
    }
  });

  it.each([
    ['a page of a proxy', header('Basic realm="proxy"', '<html>Log in', 401)],
    ['a page without a challenge', new Response('<html>', { status: 401 })],
    ['nothing at all', new Response('', { status: 403 })],
    ['a proxy that wants credentials', header('Negotiate', '', 401)],
    ['a failure of its own', header('Bearer error="invalid_token"', '', 503)],
  ])('is an outage by %s', async (_, response) => {
    for (const endpoint of ['users/list', 'authn', 'introspect'] as const) {
      expect(await errorAt(endpoint, response.clone())).toBeInstanceOf(UpstreamUnavailable);
    }
  });

  it('counts the body first where it is an error of Okta', async () => {
    const body = JSON.stringify({ errorCode: 'E0000007', errorSummary: 'Not found' });
    const error = await errorAt('users/create', header('Bearer error="invalid_token"', body, 404));
    expect(error).toMatchObject({ detail: expect.stringContaining('E0000007') });
  });
});
