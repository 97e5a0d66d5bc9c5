import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { LogOutDocument } from '../../../src/clients/storefront/documents/graphql.ts';
import { bearer, logIn } from '../../features/flows.ts';
import { describeWithNginx, type Nginx, startNginx } from '../../support/nginx.ts';
import { type Stack, startStack } from '../../support/start.ts';

const page = readFileSync(new URL('../../../docs/gateways.md', import.meta.url), 'utf8');
const [, example = ''] = /```nginx\n([\s\S]*?)```/.exec(page) ?? [];

describeWithNginx('the documented nginx in front of a service', () => {
  let stack: Stack;
  let nginx: Nginx;
  let reached: IncomingHttpHeaders[] = [];
  const service = createServer(({ headers }, response) => {
    reached.push(headers);
    response.end('order 7');
  });

  beforeAll(async () => {
    expect(example).toContain('auth_request');
    stack = await startStack();
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const { port } = service.address() as AddressInfo;
    const config = example
      .replace('127.0.0.1:4000', new URL(stack.url).host)
      .replace('127.0.0.1:8080', `127.0.0.1:${port}`);
    nginx = await startNginx(config);
  });
  afterAll(async () => {
    await nginx.stop();
    service.closeAllConnections();
    service.close();
    await stack.close();
  });

  const get = async (headers: Record<string, string>) => {
    reached = [];
    const answer = await nginx.get('/orders/7?scope=nothing', headers);
    return { ...answer, reached: reached.length };
  };
  const spoofed = {
    'x-user-id': '00uspoofed',
    'x-user-login': 'eve@example.com',
    'x-client-id': 'spoofed',
    'x-scopes': 'admin',
    'x-token-expires-at': '9999999999',
    x_user_id: '00uspoofed',
  };

  test('a customer gets through, and the service learns who it is, whatever the request said', async () => {
    const { accessToken } = await logIn(stack);
    const answer = await get({ ...bearer(accessToken), ...spoofed });
    expect(answer).toMatchObject({ status: 200, text: 'order 7', reached: 1 });
    const [headers = {}] = reached;
    expect(headers).toMatchObject({
      'x-user-id': expect.stringMatching(/^00u(?!spoofed)/),
      'x-user-login': stack.okta.seeded.customer.email,
      'x-client-id': stack.okta.seeded.apiClient.clientId,
      'x-scopes': 'openid profile email offline_access',
    });
    expect(JSON.stringify(headers)).not.toMatch(/spoofed|eve@|admin|9999999999/);
  });

  test.each([
    ['nobody', {}, 'Bearer realm="customers"'],
    ['a bad token', bearer('x.y.z'), 'Bearer realm="customers", error="invalid_token"'],
  ])('%s does not reach the service, and gets the reason', async (_who, headers, challenge) => {
    const answer = await get({ ...headers, ...spoofed });
    expect(answer).toMatchObject({ status: 401, reached: 0 });
    expect(answer.headers['www-authenticate']).toBe(challenge);
  });

  test('a token without the scope does not', async () => {
    const { apiClient, customer } = stack.okta.seeded;
    const response = await fetch(`${stack.okta.issuer}/v1/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${apiClient.clientId}:${apiClient.clientSecret}`)}`,
      },
      body: new URLSearchParams({
        grant_type: 'password',
        username: customer.email,
        password: customer.password,
        scope: 'openid',
      }),
    });
    const { access_token } = (await response.json()) as { access_token: string };
    expect(await get(bearer(access_token))).toMatchObject({ status: 403, reached: 0 });
  });

  test('a customer who has logged out does not', async () => {
    const session = await logIn(stack);
    expect((await get(bearer(session.accessToken))).status).toBe(200);
    await stack.gql(LogOutDocument, { input: session });
    expect(await get(bearer(session.accessToken))).toMatchObject({ status: 401, reached: 0 });
  });

  test('while Okta has to be asked and does not answer, the request is refused', async () => {
    const path = '/oauth2/default/v1/introspect';
    const { accessToken } = await logIn(stack);
    onTestFinished(stack.okta.fail({ path, fault: { kind: 'answer', status: 503 } }));
    expect(await get(bearer(accessToken))).toMatchObject({ status: 500, reached: 0 });
  });
});
