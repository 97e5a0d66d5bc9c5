import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  tokenIntrospection,
} from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { LogOutDocument } from '../../../src/clients/storefront/documents/graphql.ts';
import { logIn } from '../../features/flows.ts';
import { type Stack, startStack } from '../../support/start.ts';
import { send } from '../tiny.ts';

const introspect = '/oauth2/default/v1/introspect';
/** A secret that is another text once it is form-encoded. */
const client = { id: 'orders api', secret: 'p:ä%s+ /=' };
const pair = Buffer.from(`${client.id}:${client.secret}`).toString('base64');

let stack: Stack;
let accessToken: string;
beforeAll(async () => {
  stack = await startStack({ serviceClient: client });
  ({ accessToken } = await logIn(stack));
});
beforeEach(() => stack.okta.requests.clear());
afterAll(() => stack.close());

/** As a resource server with openid-client asks. */
function ask(authentication: ClientAuth, token: string, parameters: Record<string, string> = {}) {
  const server = { issuer: stack.url, introspection_endpoint: `${stack.url}/introspect` };
  const config = new Configuration(server, client.id, undefined, authentication);
  allowInsecureRequests(config);
  return tokenIntrospection(config, token, parameters);
}
const basic = ClientSecretBasic(client.secret);

/** As `client_secret_post` has it. */
const inBody = (changes: Partial<typeof client> = {}) => {
  const { id, secret } = { ...client, ...changes };
  return new URLSearchParams({ client_id: id, client_secret: secret }).toString();
};

const form = 'application/x-www-form-urlencoded';
const post = (body: string, headers: Record<string, string> = {}) =>
  send(stack.url, {
    path: '/introspect',
    body,
    headers: { 'content-type': form, authorization: `Basic ${pair}`, ...headers },
  });
const asked = () => stack.okta.requests.all().filter(({ path }) => path === introspect);
const lastLine = () => JSON.parse(stack.logs.at(-1) ?? '{}');

const inSeconds = () => Math.floor(stack.clock.now() / 1000);

describe('with openid-client', () => {
  test.each([
    ['client_secret_basic', basic],
    ['client_secret_post', ClientSecretPost(client.secret)],
  ])('a good token is described to a service with %s', async (_method, authentication) => {
    const { customer, apiClient } = stack.okta.seeded;
    const answer = await ask(authentication, accessToken, { token_type_hint: 'access_token' });
    expect(answer).toEqual({
      active: true,
      scope: 'openid profile email offline_access',
      client_id: apiClient.clientId,
      username: customer.email,
      sub: customer.email,
      token_type: 'Bearer',
      exp: Number(answer.iat) + 3600,
      iat: expect.any(Number),
      aud: 'api://default',
      iss: stack.okta.issuer,
      jti: expect.any(String),
      uid: expect.stringMatching(/^00u/),
      checked_by: 'LOCAL',
      checked_at: expect.any(Number),
      revocation_lag_seconds: expect.any(Number),
    });
    expect(answer['checked_at']).toBeGreaterThanOrEqual(inSeconds() - 5);
    expect(asked()).toEqual([]);
  });

  test.each(['access_token', 'refresh_token', 'whatever'])(
    'the hint %s changes nothing',
    async (hint) => {
      expect(await ask(basic, accessToken, { token_type_hint: hint })).toHaveProperty('uid');
      expect(await ask(basic, 'x.y.z', { token_type_hint: hint })).toEqual({ active: false });
    },
  );

  test('a wrong secret is answered by an OAuth error', async () => {
    await expect(ask(ClientSecretBasic('wrong'), accessToken)).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'basic', parameters: { realm: 'introspection', charset: 'UTF-8' } }],
    });
  });
});

describe('who asks', () => {
  /** A token by client credentials, straight from the org. */
  const serviceToken = async () => {
    const { clientId, clientSecret, scope } = stack.okta.seeded.serviceClient;
    const response = await fetch(`${stack.okta.issuer}/v1/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    return String(((await response.json()) as { access_token: string }).access_token);
  };

  test('a secret may come as it is, or a token of the service instead', async () => {
    for (const authorization of [`Basic ${pair}`, `bearer ${await serviceToken()}`]) {
      const { status, json } = await post(`token=${accessToken}`, { authorization });
      expect({ status, json }).toMatchObject({ status: 200, json: { active: true } });
      expect(lastLine()).toMatchObject({ caller: 'service', outcomes: ['ACTIVE'] });
    }
  });

  test.each([
    ['id and secret', () => inBody()],
    ['the id alone', () => `client_id=${encodeURIComponent(client.id)}`],
    ['the secret alone', () => `client_secret=${encodeURIComponent(client.secret)}`],
  ])('what the header says may stand in the body once more: %s', async (_what, again) => {
    const formEncoded = `${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`;
    for (const encoded of [pair, Buffer.from(formEncoded).toString('base64')]) {
      const headers = { authorization: `Basic ${encoded}` };
      const { status, json } = await post(`token=${accessToken}&${again()}`, headers);
      expect({ status, json }).toMatchObject({ status: 200, json: { active: true } });
    }
  });

  test('a wrong secret that is sent twice is no better than once', async () => {
    const headers = { authorization: `Basic ${btoa('orders api:x')}` };
    const answer = await post(`token=${accessToken}&${inBody({ secret: 'x' })}`, headers);
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  test.each([
    ['nobody', '', '', 'invalid_client'],
    ['an unknown scheme', 'Digest x', '', 'invalid_client'],
    ['half of a secret', `Basic ${btoa('orders api:p')}`, '', 'invalid_client'],
    ['an id without a secret', '', '&client_id=orders%20api', 'invalid_client'],
    ['a secret without an id', '', '&client_secret=x', 'invalid_client'],
    ['a wrong secret in the body', '', '&client_id=orders%20api&client_secret=x', 'invalid_client'],
    ['a bad token', 'Bearer x.y.z', '', 'invalid_token'],
    ['a customer', 'Bearer', '', 'insufficient_scope'],
  ])('%s gets no answer', async (_who, sent, parameters, error) => {
    const authorization = sent === 'Bearer' ? `Bearer ${accessToken}` : sent;
    const answer = await post(`token=${accessToken}${parameters}`, { authorization });
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({ error, error_description: expect.any(String) });
    expect(answer.headers['www-authenticate']).toMatch(/^(Basic|Bearer) realm="introspection"/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(asked()).toEqual([]);
  });
});

describe('a malformed request', () => {
  const token = 'token=x.y.z';
  test.each([
    ['no token', 400, '', {}],
    ['an empty token', 400, 'token=', {}],
    ['the token twice', 400, `${token}&${token}`, {}],
    ['another parameter twice', 400, `${token}&a=1&a=2`, {}],
    ['another client in the body', 400, `${token}&client_id=a&client_secret=b`, {}],
    ['another secret in the body', 400, `${token}&${inBody({ secret: 'b' })}`, {}],
    ['another id in the body', 400, `${token}&${inBody({ id: 'a' })}`, {}],
    ['another id alone', 400, `${token}&client_id=a`, {}],
    ['a secret beside a token', 400, `${token}&${inBody()}`, { authorization: 'Bearer x.y.z' }],
    ['an unknown freshness', 400, `${token}&freshness=SOON`, {}],
    ['a max_age without CACHED', 400, `${token}&max_age=5`, {}],
    ['a max_age of no time', 400, `${token}&freshness=CACHED&max_age=0`, {}],
    ['a max_age of a fraction', 400, `${token}&freshness=CACHED&max_age=1.5`, {}],
    ['JSON', 415, '{"token":"x"}', { 'content-type': 'application/json' }],
    ['no type', 415, token, { 'content-type': '' }],
    ['another character set', 415, token, { 'content-type': `${form}; charset=utf-16` }],
    ['a compressed body', 415, token, { 'content-encoding': 'gzip' }],
    ['more than 64 KiB', 413, `token=${'x'.repeat(70_000)}`, {}],
  ])('%s', async (_what, status, body, headers) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(status);
    const error_description = expect.not.stringContaining('x.y.z');
    expect(answer.json).toEqual({ error: 'invalid_request', error_description });
  });

  test('a token in a URL is never read', async () => {
    const path = `/introspect?token=${accessToken}`;
    const answer = await send(stack.url, { method: 'GET', path });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    const headers = { 'content-type': form, authorization: `Basic ${pair}` };
    expect((await send(stack.url, { path, headers })).status).toBe(400);
    expect(stack.logs.join('')).not.toContain(accessToken);
  });
});

describe('what is said of a token', () => {
  test('of an inactive one only that is said', async () => {
    const { refreshToken } = await logIn(stack);
    for (const token of ['x.y.z', 'x'.repeat(33_000), `${accessToken}x`, refreshToken, 'unknown']) {
      const { status, text } = await post(`token=${token}`);
      expect({ status, text }).toEqual({ status: 200, text: '{"active":false}' });
    }
  });

  test('a service may want Okta to be asked', async () => {
    const session = await logIn(stack);
    const token = `token=${session.accessToken}`;
    await stack.gql(LogOutDocument, { input: session });
    stack.okta.requests.clear();
    expect((await post(`${token}&freshness=introspect`)).json).toEqual({ active: false });
    expect(asked()).toHaveLength(1);
    expect((await post(`token=${accessToken}&freshness=INTROSPECT`)).json).toMatchObject({
      checked_by: 'INTROSPECT',
      revocation_lag_seconds: 0,
    });
    expect(asked()).toHaveLength(2);
  });

  test('or to have been asked in the last seconds', async () => {
    const { accessToken: fresh } = await logIn(stack);
    stack.okta.requests.clear();
    const body = `token=${fresh}&freshness=CACHED&max_age=10`;
    for (let call = 0; call < 3; call += 1) {
      expect((await post(body)).json).toMatchObject({ active: true });
    }
    expect(asked()).toHaveLength(1);
    stack.clock.advance(11_000);
    expect((await post(body)).json).toMatchObject({ active: true });
    expect(asked()).toHaveLength(2);
  });

  test('where Okta has to be asked and does not answer, it is not called active', async () => {
    onTestFinished(stack.okta.fail({ path: introspect, fault: { kind: 'answer', status: 503 } }));
    const answer = await post(`token=${accessToken}&freshness=INTROSPECT`);
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json).toMatchObject({ error: 'temporarily_unavailable' });
    expect(lastLine()).toMatchObject({
      path: '/introspect',
      status: 503,
      outcomes: ['UPSTREAM_UNAVAILABLE'],
      failures: [{ error: 'UpstreamUnavailable' }],
      providerCalls: [{ endpoint: 'introspect' }],
    });
  });

  test('the log knows why it is not active, and neither the token nor the secret', async () => {
    await post('token=x.y.z');
    expect(lastLine()).toMatchObject({ path: '/introspect', outcomes: ['MALFORMED'] });
    const log = stack.logs.join('');
    for (const secret of ['x.y.z', accessToken, client.secret, pair]) {
      expect(log).not.toContain(secret);
    }
  });
});
