import { expect, onTestFinished, test, vi } from 'vitest';
import {
  LogInDocument,
  RefreshTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { clientLike } from '../embedded/oauth-calls.ts';
import { createServiceApp } from '../okta/service-app.ts';
import { type Stack, type StackOptions, startStack } from '../support/start.ts';
import { logIn } from './flows.ts';

async function start(options: StackOptions): Promise<Stack> {
  const stack = await startStack({ realOrg: true, ...options });
  onTestFinished(() => stack.close());
  return stack;
}

const lines = ({ logs }: Stack, event: string) =>
  logs.map((line) => JSON.parse(line)).filter((line) => line.event === event);
const okta = async ({ url }: Stack) => {
  const { checks } = (await (await fetch(`${url}/ready`)).json()) as {
    checks: Record<string, string>;
  };
  return checks['okta'];
};
/** The app that customers log in by, with the setting. */
const customersApp = clientLike({
  clientId: '0oa1accountApi000001',
  secret: 'embedded-org-account-api-secret-0000000001',
  requiresDpop: true,
});
const demanded = {
  check: 'CLIENT',
  level: 'error',
  msg: 'Okta demands DPoP of the app 0oa1accountApi000001, so customers cannot log in or refresh.',
  fix: expect.stringContaining('Untick "Require Demonstrating Proof of Possession (DPoP)'),
};
const credentialsOf = ({ seeded }: EmbeddedOkta) => ({ input: { ...seeded.customer } });

test('an app of customers that demands DPoP is found at the start, and /ready says so', async () => {
  const stack = await start({ seed: { clients: [customersApp] } });
  await vi.waitFor(() => expect(lines(stack, 'setup_finding')).toHaveLength(1), 8_000);
  expect(lines(stack, 'setup_finding')).toMatchObject([demanded]);
  expect(await okta(stack)).toBe('misconfigured');
  for (const flow of [1, 2]) {
    const { errors } = await stack.gql(LogInDocument, credentialsOf(stack.okta));
    expect([flow, errors?.[0]?.extensions?.['code']]).toEqual([flow, 'INTERNAL']);
  }
  expect(lines(stack, 'internal_error')[0].detail).toMatch(
    /^token\/password: invalid_dpop_proof .* in the settings of the app .* turn off "Require Demonst/,
  );
  expect(lines(stack, 'setup_finding')).toHaveLength(1);
});

test('DPoP that is demanded later is found by the next log-in or refresh, until one succeeds', async () => {
  const stack = await start({});
  const { refreshToken } = await logIn(stack);
  await vi.waitFor(() => expect(lines(stack, 'setup_checked')).toHaveLength(1), 8_000);
  stack.okta.fail({
    path: '/oauth2/default/v1/token',
    times: 1,
    fault: {
      kind: 'answer',
      status: 400,
      body: JSON.stringify({
        error: 'invalid_dpop_proof',
        error_description: 'The DPoP proof JWT header is missing.',
      }),
    },
  });
  const { errors } = await stack.gql(RefreshTokenDocument, { input: { refreshToken } });
  expect(errors?.[0]?.extensions?.['code']).toBe('INTERNAL');
  await vi.waitFor(() => expect(lines(stack, 'setup_finding')).toMatchObject([demanded]));
  expect(await okta(stack)).toBe('misconfigured');
  await logIn(stack);
  await vi.waitFor(() => expect(lines(stack, 'setup_finding_resolved')).toHaveLength(1));
  // The last report serves for a second.
  await vi.waitFor(async () => expect(await okta(stack)).toBe('ok'), 3_000);
});

test('a service app of which Okta demands DPoP passes every check of the start', async () => {
  const { client, management } = await createServiceApp({ requiresDpop: true });
  const stack = await start({ seed: { clients: [client] }, events: { logPollSeconds: 60 } });
  const { clientSecret: secret } = stack.okta.seeded.apiClient;
  stack.replaceSecrets({
    okta: { clientAuthentication: { method: 'client_secret_basic', secret }, management },
  });
  stack.okta.requests.clear();
  await vi.waitFor(() => expect(lines(stack, 'setup_checked')).toHaveLength(1), 8_000);
  expect(lines(stack, 'setup_finding')).toEqual([]);
  expect(lines(stack, 'dpop_on')).toHaveLength(1);
});
