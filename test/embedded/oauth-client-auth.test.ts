import { randomUUID } from 'node:crypto';
import { importPKCS8, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { basic, basicOf, clientLike, post, readReply, signIn, token } from './oauth-calls.ts';
import { startOkta } from './start.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const poster = clientLike({ clientId: '0oaPoster', authentication: 'client_secret_post' });
const odd = clientLike({ clientId: '0oaOdd', secret: 'a secret:with+odd%characters' });

const clock = { now: Date.now() };
let okta: EmbeddedOkta;

beforeAll(async () => {
  okta = await startOkta({
    now: () => clock.now,
    perUsernamePerSecond: 1000,
    seed: { clients: [poster, odd] },
  });
});

function failure(description: string) {
  return { error: 'invalid_client', error_description: description };
}

describe('a client secret', () => {
  test('in the header is form-decoded first', async () => {
    expect((await signIn(okta, {}, basicOf(odd))).status).toBe(200);
  });

  test('in the body works for the client that is set up so, and for no other', async () => {
    const { clientId, secret } = poster;
    const fields = { client_id: clientId, client_secret: secret ?? '' };
    expect((await signIn(okta, fields, null)).status).toBe(200);
    const crossed = await signIn(okta, {}, basicOf(poster));
    expect(crossed.status).toBe(401);
    expect(crossed.body['error']).toBe('invalid_client');
  });

  test('that is wrong is a 401', async () => {
    const { clientId } = okta.seeded.apiClient;
    const reply = await signIn(okta, {}, basic({ clientId, clientSecret: 'wrong' }));
    expect(reply.status).toBe(401);
    expect(reply.body).toEqual(
      failure('The client secret supplied for a confidential client is invalid.'),
    );
  });

  test('that is missing is a 401', async () => {
    const none = await signIn(okta, {}, null);
    expect(none.status).toBe(401);
    expect(none.body).toEqual(failure('No client credentials found.'));
    const named = await signIn(okta, { client_id: okta.seeded.apiClient.clientId }, null);
    expect(named.status).toBe(401);
    expect(named.body).toEqual(
      failure(
        'Client authentication failed. Either the client or the client credentials are invalid.',
      ),
    );
  });

  test.each(['Basic', 'Basic %%%', `Basic ${btoa(':x')}`, 'Bearer abc', `Basic ${btoa('%zz:x')}`])(
    'in the malformed header "%s" is a 401',
    async (header) => {
      const reply = await signIn(okta, {}, header);
      expect(reply.status).toBe(401);
      expect(reply.body).toEqual(
        failure('Found Authentication header but was not valid client credentials.'),
      );
    },
  );

  test('in two places is a 400', async () => {
    const reply = await signIn(okta, { client_secret: 'second' });
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringContaining('Cannot supply multiple client credentials.'),
    });
  });

  test('in the query is a 400', async () => {
    const reply = await post(`${okta.issuer}/v1/token?client_secret=x`, {}, null);
    expect(reply.status).toBe(400);
    expect(reply.body['error']).toBe('invalid_request');
  });
});

test('an unknown client is a 401 in the envelope of the management API', async () => {
  const reply = await signIn(okta, {}, basic({ clientId: '0oaNobody', clientSecret: 'x' }));
  expect(reply.status).toBe(401);
  expect(reply.body).toEqual({
    errorCode: 'invalid_client',
    errorSummary: "Invalid value for 'client_id' parameter.",
    errorLink: 'invalid_client',
    errorId: expect.stringMatching(/^oae\w{17}$/),
    errorCauses: [],
  });
});

describe('a client assertion', () => {
  async function assertion(claims: Record<string, unknown> = {}, kid?: string): Promise<string> {
    const { clientId, privateKeyPem, keyId } = okta.seeded.managementApp;
    const now = Math.floor(clock.now / 1000);
    const payload = {
      iss: clientId,
      sub: clientId,
      aud: `${okta.url}/oauth2/v1/token`,
      iat: now,
      exp: now + 60,
      jti: randomUUID(),
      ...claims,
    };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', kid: kid ?? keyId })
      .sign(await importPKCS8(privateKeyPem, 'RS256'));
  }

  function present(text: string, fields: Record<string, string> = {}) {
    const grant = { grant_type: 'client_credentials', scope: 'okta.users.read' };
    const proof = { client_assertion_type: assertionType, client_assertion: text };
    return post(`${okta.url}/oauth2/v1/token`, { ...grant, ...proof, ...fields }, null);
  }

  test('buys a token of the org server, which no published key verifies', async () => {
    const reply = await present(await assertion());
    expect(reply.status).toBe(200);
    const [header = '', claims = ''] = String(reply.body['access_token'])
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(claims)).toMatchObject({ iss: okta.url, aud: okta.url });
    const keys = await readReply(await fetch(`${okta.url}/oauth2/v1/keys`));
    expect(keys.text).not.toContain(JSON.parse(header).kid);
  });

  test('is used up by one request', async () => {
    const text = await assertion();
    expect((await present(text)).status).toBe(200);
    const again = await present(text);
    expect(again.status).toBe(401);
    expect(again.body).toEqual(failure('The client_assertion token has already been used.'));
  });

  const seconds = () => Math.floor(clock.now / 1000);
  test.each<[string, () => Record<string, unknown>, RegExp]>([
    ['for the issuer', () => ({ aud: okta.url }), /audience claim .* must be the endpoint invoked/],
    [
      'for another endpoint',
      () => ({ aud: `${okta.url}/oauth2/v1/introspect` }),
      /audience claim .* must be the endpoint invoked/,
    ],
    ['without exp', () => ({ exp: undefined }), /missing the 'exp' claim/],
    ['that is over', () => ({ exp: seconds() }), /expired/],
    ['that lives over an hour', () => ({ exp: seconds() + 3601 }), /too far into the future/],
    ['from the future', () => ({ iat: seconds() + 30 }), /issued in the future/],
    ['of another issuer', () => ({ iss: 'someone' }), /'iss' and 'sub'/],
  ])('%s is a 401', async (_name, claims, description) => {
    const reply = await present(await assertion(claims()));
    expect(reply.status).toBe(401);
    expect(reply.body['error']).toBe('invalid_client');
    expect(reply.body['error_description']).toMatch(description);
  });

  test('with an unknown key, a broken signature or another client_id is a 401', async () => {
    const text = await assertion();
    const broken = `${text.slice(0, text.lastIndexOf('.'))}.AAAA`;
    for (const bad of [await assertion({}, 'other-key'), broken]) {
      const reply = await present(bad);
      expect(reply.status).toBe(401);
      expect(reply.body).toEqual(failure('The client_assertion signature is invalid.'));
    }
    expect((await present(text, { client_id: '0oaOther' })).status).toBe(401);
    expect((await present('no.jwt.here')).status).toBe(401);
  });

  test('of an unknown type is a 400', async () => {
    const reply = await present(await assertion(), { client_assertion_type: 'saml' });
    expect(reply.status).toBe(400);
    expect(reply.body['error']).toBe('invalid_request');
  });

  test('buys those of the requested scopes that were granted', async () => {
    const scope = 'okta.users.read okta.groups.manage';
    const reply = await present(await assertion(), { scope });
    expect(reply.status).toBe(200);
    expect(reply.body['scope']).toBe('okta.users.read');
  });

  test('buys nothing where none of the requested scopes was granted', async () => {
    const reply = await present(await assertion(), { scope: 'okta.groups.manage okta.apps.read' });
    expect(reply.status).toBe(400);
    expect(reply.body).toEqual({
      error: 'consent_required',
      error_description: 'You are not allowed any of the requested scopes.',
    });
    expect((await present(await assertion(), { scope: 'tea' })).body['error']).toBe(
      'invalid_scope',
    );
  });
});

test('the org server gives client-credentials tokens to no client with a secret', async () => {
  const fields = { grant_type: 'client_credentials', scope: 'okta.users.read' };
  const reply = await post(`${okta.url}/oauth2/v1/token`, fields, basic(okta.seeded.serviceClient));
  expect(reply.status).toBe(401);
  expect(reply.body['error_description']).toMatch(/must use the private_key_jwt/);
});

test('a client without any scope at the token endpoint gets none by default', async () => {
  const fields = { grant_type: 'client_credentials' };
  const reply = await token(okta, fields, basic(okta.seeded.serviceClient));
  expect(reply.body).toEqual({
    error: 'invalid_scope',
    error_description:
      "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
  });
});
