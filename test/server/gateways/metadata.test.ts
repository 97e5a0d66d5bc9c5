import {
  allowInsecureRequests,
  ClientSecretBasic,
  type DiscoveryRequestOptions,
  discovery,
  tokenIntrospection,
} from 'openid-client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { logIn } from '../../features/flows.ts';
import { type Stack, startStack } from '../../support/start.ts';
import { send } from '../tiny.ts';

const path = '/.well-known/oauth-authorization-server';
const service = { id: 'orders', secret: 'secret-of-the-orders-service' };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ serviceClient: service });
});
afterAll(() => stack.close());

test('openid-client takes the endpoints from the document alone, and introspects', async () => {
  const { accessToken } = await logIn(stack);
  const options: DiscoveryRequestOptions = {
    execute: [allowInsecureRequests],
    algorithm: 'oauth2',
  };
  const authentication = ClientSecretBasic(service.secret);
  const document = new URL(`${stack.url}${path}`);
  const config = await discovery(document, service.id, undefined, authentication, options);
  expect(await tokenIntrospection(config, accessToken)).toMatchObject({ active: true });
});

test('the document names the issuer and its keys, and the endpoints of this API', async () => {
  const { status, json } = await send(stack.url, { path, method: 'GET' });
  expect({ status, json }).toEqual({
    status: 200,
    json: {
      issuer: stack.okta.issuer,
      jwks_uri: `${stack.okta.issuer}/v1/keys`,
      introspection_endpoint: `${stack.url}/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      userinfo_endpoint: `${stack.url}/userinfo`,
      response_types_supported: [],
    },
  });
});

test('with PUBLIC_URL the endpoints are there, whatever the Host header says', async () => {
  const publicUrl = 'https://accounts.example.com/api';
  const other = await startStack({ beside: stack, server: { publicUrl } });
  onTestFinished(() => other.close());
  const { json } = await send(other.url, {
    path,
    method: 'GET',
    headers: { host: 'evil.example' },
  });
  expect(json).toMatchObject({ introspection_endpoint: `${publicUrl}/introspect` });
});

test('a Host header that is no host gets no document', async () => {
  const headers = { host: 'a/b"c' };
  expect((await send(stack.url, { path, method: 'GET', headers })).status).toBe(400);
});

test('POST is refused', async () => {
  const { status, headers } = await send(stack.url, { path, body: '{}' });
  expect({ status, allow: headers['allow'] }).toEqual({ status: 405, allow: 'GET, HEAD' });
});
