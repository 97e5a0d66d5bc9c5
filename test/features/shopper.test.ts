import { connect } from 'node:net';
import { expect, test } from 'vitest';
import {
  LogInDocument,
  LogOutDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  SignUpDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { bearer, logIn, onBothFlows } from './flows.ts';

const shopper = {
  'x-client-ip': '203.0.113.7',
  'x-client-user-agent': 'Shopper/1.0 (Phone)',
  'x-device-id': 'shoppers-device-1',
  'accept-language': 'de-CH,de;q=0.9',
};
const asOktaSeesIt = {
  'x-forwarded-for': '203.0.113.7',
  'user-agent': 'Shopper/1.0 (Phone)',
  'x-device-token': 'shoppers-device-1',
};
const ours = { 'user-agent': 'okta-account-api' };
const shared = /\/keys$|\/introspect$|\/oauth2\/v1\/token$|^GET \/api\/v1\/users$/;
const password = 'Correct-Horse-7';
const customer = { email: 'demo@example.com', password };

onBothFlows((stack) => {
  /** Without those that serve many callers: keys, introspections, the service app's own token, profiles. */
  const calls = () =>
    stack()
      .okta.requests.all()
      .filter(({ method, path }) => !shared.test(`${method} ${path}`));
  /** The headers about the client that Okta got, call by call. */
  const told = () =>
    calls().map(({ path, headers }) => {
      const names = ['x-forwarded-for', 'user-agent', 'x-device-token'] as const;
      const sent = names.filter((name) => headers[name] !== undefined);
      return { path, ...Object.fromEntries(sent.map((name) => [name, headers[name]])) };
    });
  const languages = () =>
    Object.fromEntries(calls().map(({ path, headers }) => [path, headers['accept-language']]));
  const asService = (headers: object = shopper) => ({ authorization: stack().basic, ...headers });
  const lastLine = () =>
    JSON.parse(stack().logs.findLast((line) => line.includes('"event":"request"')) ?? '{}');

  test('the context of a shopper that a service sends reaches Okta with every call', async () => {
    const session = await logIn(stack());
    const { email } = customer;
    const { gql, okta } = stack();
    const refresh = { input: { refreshToken: session.refreshToken } };
    const asks = [
      () => gql(LogInDocument, { input: customer }, asService()),
      () => gql(RefreshTokenDocument, refresh, asService()),
      () => gql(RequestPasswordResetDocument, { input: { email } }, asService()),
      () => gql(LogOutDocument, { input: session }, asService()),
    ];
    for (const ask of asks) {
      okta.requests.clear();
      await ask();
      expect(told().length).toBeGreaterThan(0);
      for (const call of told()) expect(call).toEqual({ path: call.path, ...asOktaSeesIt });
      for (const language of Object.values(languages())) {
        expect(language).toBe('de-CH,de;q=0.9');
      }
      expect(lastLine()).toMatchObject({ event: 'request' });
      expect(lastLine()).not.toHaveProperty('droppedHeaders');
    }
  });

  test('where refusals differ only in their text, Okta is asked for English', async () => {
    const { gql, okta } = stack();
    const input = { email: 'ada@example.com', password, ...names };
    await gql(SignUpDocument, { input }, asService());
    expect(languages()).toMatchObject({ '/api/v1/users': 'en' });
    expect(told()).toContainEqual({ path: '/api/v1/users', ...asOktaSeesIt });

    await gql(RequestPasswordResetDocument, { input: { email: customer.email } });
    const resetToken = okta.outbox.to(customer.email).at(-1)?.token ?? '';
    const reset = { input: { resetToken, newPassword: 'Better-Battery-9' } };
    okta.requests.clear();
    const { data } = await gql(ResetPasswordDocument, reset, asService());
    expect(data?.resetPassword.__typename).toBe('ResetPasswordSuccess');
    expect(languages()).toMatchObject({
      '/api/v1/authn/recovery/token': 'de-CH,de;q=0.9',
      '/api/v1/authn/credentials/reset_password': 'en',
    });
  });

  test("an anonymous caller's headers are dropped, and the request continues", async () => {
    const { accessToken } = await logIn(stack());
    const wrong = `Basic ${Buffer.from('backend:wrong').toString('base64')}`;
    for (const authorization of [{}, bearer(accessToken), { authorization: wrong }]) {
      stack().okta.requests.clear();
      const { data } = await stack().gql(
        LogInDocument,
        { input: customer },
        { ...shopper, ...authorization },
      );
      expect(data?.logIn.__typename).toBe('LogInSuccess');
      for (const call of told()) expect(call).toEqual({ path: call.path, ...ours });
      for (const language of Object.values(languages())) expect(language).toBeUndefined();
      expect(lastLine().droppedHeaders).toEqual(Object.keys(shopper));
    }
  });

  test('a service by its own token is believed, too', async () => {
    const { clientId, clientSecret, scope } = stack().okta.seeded.serviceClient;
    const answer = await fetch(`${stack().okta.issuer}/v1/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    stack().okta.requests.clear();
    await stack().gql(LogInDocument, { input: customer }, { ...shopper, ...bearer(access_token) });
    expect(told().length).toBeGreaterThan(0);
    for (const call of told()) expect(call).toEqual({ path: call.path, ...asOktaSeesIt });
  });

  test('without a shopper Okta sees the API alone', async () => {
    await stack().gql(LogInDocument, { input: customer }, asService({ 'accept-language': 'de' }));
    for (const call of told()) expect(call).toEqual({ path: call.path, ...ours });
    for (const language of Object.values(languages())) expect(language).toBeUndefined();
  });

  test('a malformed header is dropped alone, and its name is logged', async () => {
    const headers = { ...shopper, 'x-client-ip': '203.0.113.7, 198.51.100.2' };
    await stack().gql(LogInDocument, { input: customer }, asService(headers));
    const { 'x-forwarded-for': _, ...others } = asOktaSeesIt;
    for (const call of told()) expect(call).toEqual({ path: call.path, ...others });
    expect(lastLine().droppedHeaders).toEqual(['x-client-ip']);
  });

  test('an address with a port, as a proxy of the frontend wrote it, reaches Okta', async () => {
    for (const address of ['203.0.113.7:54321', '[::ffff:203.0.113.7]:443']) {
      stack().okta.requests.clear();
      await stack().gql(
        LogInDocument,
        { input: customer },
        asService({ ...shopper, 'x-client-ip': address }),
      );
      for (const call of told()) expect(call).toEqual({ path: call.path, ...asOktaSeesIt });
    }
  });

  test('the log warns once of each header that a service sends malformed', async () => {
    const { gql, logs } = stack();
    const warnings = () => logs.filter((line) => line.includes('dropped_headers'));
    const before = warnings().length;
    const headers = { ...shopper, 'x-device-id': 'ä' };
    for (const _time of [1, 2, 3])
      await gql(LogInDocument, { input: customer }, asService(headers));
    expect(
      warnings()
        .slice(before)
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ level: 'warn', service: expect.any(String), header: 'x-device-id' }]);
    await gql(LogInDocument, { input: customer }, headers);
    expect(warnings()).toHaveLength(before + 1);
  });

  test('no header can be smuggled to Okta inside of another', async () => {
    const body = JSON.stringify({
      query: LogInDocument.toString(),
      variables: { input: customer },
    });
    const head = [
      'POST /graphql HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      `Authorization: ${stack().basic}`,
    ];
    const send = (agent: string) =>
      raw([...head, `X-Client-User-Agent: ${agent}`, '', body].join('\r\n'));
    await send('Fine/1.0');
    expect(told()[0]).toMatchObject({ 'user-agent': 'Fine/1.0' });
    for (const agent of ['a\r\n X-Smuggled: b', 'a\rX-Smuggled: b', 'a\nX-Smuggled: b', 'a\0b']) {
      await send(agent);
    }
    for (const { headers } of stack().okta.requests.all()) {
      expect(headers).not.toHaveProperty('x-smuggled');
      expect(Object.values(headers).join()).not.toMatch(/smuggled/i);
    }
  });

  test('of a shopper the audit log has the address, and no log more', async () => {
    await stack().gql(LogInDocument, { input: customer }, asService());
    await stack().gql(LogInDocument, { input: customer }, shopper);
    const logs = stack().logs.filter((line) => !line.includes('"event":"audit"'));
    expect(logs.join('\n')).not.toMatch(/203\.0\.113/);
    expect(stack().logs.join('\n')).not.toMatch(/Shopper\/1|shoppers-device|de-CH/);
  });

  /** A request whose bytes no HTTP client would send; resolves when the server has closed. */
  const raw = (bytes: string) =>
    new Promise<void>((resolve) => {
      const { port } = new URL(stack().url);
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
      socket.on('data', () => undefined);
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
});
