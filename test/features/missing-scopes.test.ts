import { generateKeyPairSync } from 'node:crypto';
import { exportJWK } from 'jose';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  MeDocument,
  SignUpDocument,
  UpdateProfileDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { ServingSecrets } from '../../src/config.ts';
import type { SeedClient } from '../../src/embedded/handle.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer, logIn } from './flows.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const service = { clientId: '0oa1partly0000000001', keyId: 'partly' };

/** The API with a service app that was granted these scopes alone. */
async function startWith(oktaScopes: string[], more: Partial<SeedClient> = {}): Promise<Stack> {
  const jwk = { ...(await exportJWK(publicKey)), kid: service.keyId, use: 'sig', alg: 'RS256' };
  const stack = await startStack({
    seed: {
      clients: [
        {
          clientId: service.clientId,
          label: 'Partly',
          secret: null,
          authentication: 'private_key_jwt',
          jwks: { keys: [jwk] },
          grantTypes: ['client_credentials'],
          redirectUris: [],
          refreshToken: { rotation: 'ROTATE', leewaySeconds: 30 },
          assignedGroupIds: [],
          oktaScopes,
          ...more,
        },
      ],
    },
  });
  onTestFinished(() => stack.close());
  const management = managementOf();
  const { clientSecret: secret } = stack.okta.seeded.apiClient;
  const okta: ServingSecrets['okta'] = {
    clientAuthentication: { method: 'client_secret_basic', secret },
    management,
  };
  stack.replaceSecrets({ okta });
  return stack;
}

function managementOf() {
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { method: 'service_app', ...service, privateKeyPem } as const;
}

const lines = (stack: Stack, text: string) =>
  stack.logs.filter((line) => line.includes(text)).map((line) => JSON.parse(line));
const newCustomer = (email: string) => ({
  input: { email, password: 'Correct-Horse-7', firstName: 'Eve', lastName: 'Byron' },
});

test('a scope that Okta has left out is logged once, with what does not work without it', async () => {
  const stack = await startWith(['okta.users.read', 'okta.policies.read']);
  const { accessToken } = await logIn(stack);
  const { data } = await stack.gql(MeDocument, {}, bearer(accessToken));
  expect(data?.me?.email).toBe('demo@example.com');
  await stack.gql(SignUpDocument, newCustomer('eve@example.com'));
  await stack.gql(SignUpDocument, newCustomer('eva@example.com'));
  expect(lines(stack, 'Okta has not granted these scopes')).toMatchObject([
    {
      level: 'error',
      scopes: ['okta.users.manage'],
      fields: expect.arrayContaining(['signUp', 'deleteAccount']),
    },
  ]);
});

test('a scope that is missing is reported at the start, and a token with it is asked for again', async () => {
  const beside = await startWith(['okta.users.read', 'okta.policies.read']);
  const { clientSecret: secret } = beside.okta.seeded.apiClient;
  const clientAuthentication = { method: 'client_secret_basic', secret } as const;
  const secrets = { okta: { clientAuthentication, management: managementOf() } };
  const stack = await startStack({ beside, realOrg: true, secrets });
  onTestFinished(() => stack.close());
  const reported = () => lines(stack, '"Okta has not granted these scopes');
  await vi.waitFor(() => expect(reported()).toHaveLength(1), 12_000);
  const response = await fetch(`${stack.url}/ready`);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ checks: { okta: 'misconfigured' } });

  // Each look asks for policies and users; the token that lacks nothing is used for its hour.
  const tokens = () => beside.okta.requests.all().filter(({ path }) => path === '/oauth2/v1/token');
  await vi.waitFor(() => expect(tokens()).toHaveLength(2), 12_000);
  stack.clock.advance(29_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(tokens()).toHaveLength(2);
  stack.clock.advance(1_500);
  await vi.waitFor(() => expect(tokens()).toHaveLength(3), 12_000);
  expect(reported()).toHaveLength(1);
  expect(lines(stack, 'setup_checked')).toEqual([]);
});

test('a field that needs a missing scope is a fault of the set-up and not retryable', async () => {
  const stack = await startWith(['okta.users.read', 'okta.policies.read']);
  const { accessToken } = await logIn(stack);
  const refused = [
    await stack.gql(SignUpDocument, newCustomer('eve@example.com')),
    await stack.gql(UpdateProfileDocument, { input: { locale: 'en' } }, bearer(accessToken)),
  ];
  for (const { errors } of refused) expect(errors?.[0]?.extensions?.['code']).toBe('INTERNAL');
  const details = lines(stack, 'internal_error').map(({ detail }) => detail);
  expect(details).toEqual([
    expect.stringMatching(/^users\/create: insufficient_scope .*needs the scope okta\.users\.man/),
    expect.stringMatching(/^users\/update: insufficient_scope .*needs the scope okta\.users\.man/),
  ]);
  expect(
    lines(stack, '"request"').flatMap(({ providerCalls = [] }) => providerCalls),
  ).toContainEqual(
    expect.objectContaining({ endpoint: 'users/create', failure: 'insufficient_scope' }),
  );
});

test('okta.users.manage alone is enough, since it allows to read', async () => {
  const stack = await startWith(['okta.users.manage', 'okta.policies.read']);
  await stack.gql(SignUpDocument, newCustomer('eve@example.com'));
  expect(stack.logs.join('\n')).not.toContain('Okta has not granted');
});

test('an app without any granted scope is reported with the text of Okta', async () => {
  const stack = await startWith(['okta.groups.read']);
  const { errors } = await stack.gql(SignUpDocument, newCustomer('eve@example.com'));
  expect(errors?.[0]?.extensions?.['code']).toBe('INTERNAL');
  expect(lines(stack, 'internal_error')[0].detail).toContain(
    'token/client_credentials: consent_required You are not allowed any of the requested scopes.',
  );
});

test('an app that requires DPoP proofs serves, and the log says so once', async () => {
  const stack = await startWith(['okta.users.manage', 'okta.policies.read'], {
    requiresDpop: true,
  });
  for (const email of ['eve@example.com', 'ada@example.com']) {
    const { data } = await stack.gql(SignUpDocument, newCustomer(email));
    expect(data?.signUp.__typename).toBe('SignUpSuccess');
  }
  expect(lines(stack, 'internal_error')).toEqual([]);
  expect(lines(stack, 'dpop_on')).toHaveLength(1);
});
