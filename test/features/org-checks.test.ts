import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listenLocally } from '../support/local-url.ts';
import { type Stack, type StackOptions, startStack } from '../support/start.ts';
import { logIn } from './flows.ts';

type Line = Readonly<Record<string, unknown>>;

async function start(options: StackOptions = {}): Promise<Stack> {
  const stack = await startStack({ realOrg: true, ...options });
  onTestFinished(() => stack.close());
  return stack;
}

const linesOf = ({ logs }: Stack): Line[] => logs.map((line) => JSON.parse(line));
/** What the log has of the org: findings, and their ends. */
const found = (stack: Stack) => linesOf(stack).filter(({ check }) => check !== undefined);
const checked = 'setup_checked';
const isChecked = (stack: Stack) =>
  vi.waitFor(() => expect(linesOf(stack).map(({ event }) => event)).toContain(checked), 5_000);
const ready = async ({ url }: Stack) => {
  const response = await fetch(`${url}/ready`);
  const { checks } = (await response.json()) as { checks: Record<string, string> };
  return { status: response.status, okta: checks['okta'] };
};
const finding = (stack: Stack, code: string) =>
  vi.waitFor(() => {
    const line = found(stack).find(({ check }) => check === code);
    if (line === undefined) throw new Error(`Not found: ${stack.logs.join('\n')}`);
    return line;
  }, 8_000);

const wrongSecret = { method: 'client_secret_basic', secret: 'wrong-wrong-wrong-wrong' } as const;

test('an org that is set up well is checked without a sound but one line, and nothing changes there', async () => {
  for (const flow of ['password', 'authn'] as const) {
    const stack = await start({ flow, events: { logPollSeconds: 60 } });
    await isChecked(stack);
    const [line] = linesOf(stack).filter(({ event }) => event === checked);
    const checks = ['ISSUER', 'CLIENT', 'MANAGEMENT', 'PASSWORD_POLICY', 'SYSTEM_LOG'];
    expect(line?.['level']).toBe('info');
    expect(line?.['checks']).toEqual(expect.arrayContaining(checks));
    expect(found(stack)).toEqual([]);
    expect(await ready(stack)).toEqual({ status: 200, okta: 'ok' });
    const calls = stack.okta.requests.all().map(({ method, path }) => `${method} ${path}`);
    expect(new Set(calls.filter((call) => !call.startsWith('GET ')))).toEqual(
      new Set([
        'POST /oauth2/default/v1/introspect',
        'POST /oauth2/default/v1/token',
        'POST /oauth2/v1/token',
      ]),
    );
  }
});

test('a wrong client secret is said at the start, with the setting to change, until it is right', async () => {
  const stack = await start();
  const good = stack.okta.seeded;
  await isChecked(stack);
  const management = { method: 'ssws', apiToken: good.apiToken } as const;
  stack.replaceSecrets({ okta: { clientAuthentication: wrongSecret, management } });
  const line = await finding(stack, 'CLIENT');
  expect(line).toMatchObject({
    level: 'error',
    msg: expect.stringMatching(/^Okta refuses the client 0oa1accountApi000001: .*invalid_client/),
    fix: expect.stringContaining('OKTA_CLIENT_SECRET'),
  });
  expect(stack.logs.join('\n')).not.toContain(wrongSecret.secret);
  await vi.waitFor(
    async () => expect(await ready(stack)).toEqual({ status: 200, okta: 'misconfigured' }),
    5_000,
  );

  const right = { ...wrongSecret, secret: good.apiClient.clientSecret };
  stack.replaceSecrets({ okta: { clientAuthentication: right, management } });
  await vi.waitFor(() => expect(stack.logs.join('\n')).toContain('Resolved: Okta refuses'), 5_000);
  await vi.waitFor(
    async () => expect(await ready(stack)).toEqual({ status: 200, okta: 'ok' }),
    5_000,
  );
  expect(found(stack).filter(({ level }) => level === 'error')).toHaveLength(1);
});

test('a wrong API token and a wrong secret are two lines', async () => {
  const clientAuthentication = wrongSecret;
  const management = { method: 'ssws', apiToken: '00wrong-wrong-wrong' } as const;
  const stack = await start({ secrets: { okta: { clientAuthentication, management } } });
  await finding(stack, 'CLIENT');
  expect(await finding(stack, 'MANAGEMENT')).toMatchObject({
    level: 'error',
    msg: expect.stringMatching(/^Okta refuses OKTA_API_TOKEN at the Users API: .*E0000011/),
    fix: expect.stringContaining('Security > API > Tokens'),
  });
  expect(stack.logs.join('\n')).not.toContain('wrong-wrong');
});

test('an authorization server that is not there is said, and so is one that calls itself otherwise', async () => {
  const okta = await start();
  const missing = await start({
    beside: okta,
    okta: { issuer: `${okta.okta.url}/oauth2/nowhere` },
  });
  expect(await finding(missing, 'ISSUER')).toMatchObject({
    level: 'error',
    msg: expect.stringContaining(
      `no authorization server at OKTA_ISSUER, ${okta.okta.url}/oauth2/nowhere`,
    ),
    fix: expect.stringContaining('OKTA_ISSUER'),
  });
  const { okta: state } = await ready(missing);
  expect(state).toBe('misconfigured');

  // Another name of the same machine, as a custom domain is.
  const byName = okta.okta.url.replace('127.0.0.1', 'localhost');
  const other = await start({
    beside: okta,
    okta: { orgUrl: byName, issuer: `${byName}/oauth2/default` },
  });
  expect(await finding(other, 'ISSUER')).toMatchObject({
    msg: `OKTA_ISSUER is ${byName}/oauth2/default, but the authorization server calls itself ${okta.okta.issuer}.`,
  });
});

test('a redirect URI that the app does not have is said in the authn flow', async () => {
  const stack = await start({ flow: 'authn', okta: { redirectUri: 'https://shop.example/else' } });
  expect(await finding(stack, 'AUTHORIZE')).toMatchObject({
    level: 'error',
    msg: expect.stringContaining('OKTA_REDIRECT_URI, https://shop.example/else'),
    fix: expect.stringContaining('Sign-in redirect URIs'),
  });
});

test('an Okta that does not answer is unreachable, and not misconfigured', async () => {
  const stack = await start();
  await isChecked(stack);
  const nobody = createServer();
  const url = await listenLocally(nobody);
  await new Promise((resolve) => nobody.close(resolve));
  const away = await start({
    beside: stack,
    okta: { orgUrl: url, issuer: `${url}/oauth2/default` },
  });
  await vi.waitFor(
    () =>
      expect(linesOf(away)).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          event: 'setup_unchecked',
        }),
      ),
    8_000,
  );
  expect(found(away)).toEqual([]);
  expect((await ready(away)).okta).toBe('failing');
});

test('with no SERVICE_CLIENTS the start says what that means', async () => {
  const stack = await start({ secrets: { serviceClients: [] } });
  expect(await finding(stack, 'SERVICE_CLIENTS')).toMatchObject({
    level: 'warn',
    msg: expect.stringMatching(/^SERVICE_CLIENTS is empty: .* scope accounts\.read\.$/),
    fix: expect.stringContaining('SERVICE_CLIENTS=<id>:<secret>'),
  });
  await isChecked(stack);
  expect(await ready(stack)).toEqual({ status: 200, okta: 'ok' });
});

test('an embedded org is not checked', async () => {
  const stack = await start({ realOrg: false, okta: { audience: 'api://shop' } });
  await logIn(stack);
  expect(found(stack)).toEqual([]);
  expect(linesOf(stack).map(({ event }) => event)).not.toContain(checked);
});
