import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { RefreshTokenDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { type Stack, type StackOptions, startStack } from '../support/start.ts';
import { logIn } from './flows.ts';

/** What issues the tokens; the stacks beside it expect something else of them. */
let org: Stack;
beforeAll(async () => {
  org = await startStack();
});
afterAll(() => org.close());

async function start(options: StackOptions = {}): Promise<Stack> {
  const stack = await startStack({ realOrg: true, beside: org, ...options });
  onTestFinished(() => stack.close());
  return stack;
}

type Line = Readonly<Record<string, unknown>>;
const found = ({ logs }: Stack): Line[] =>
  logs
    .map((line) => JSON.parse(line))
    .filter(({ check }) => check === 'ACCESS_TOKEN' || check === 'SCOPES');
const finding = (stack: Stack) =>
  vi.waitFor(() => {
    const [line] = found(stack);
    if (line === undefined) throw new Error(`Not found: ${stack.logs.join('\n')}`);
    return line;
  }, 8_000);
const oktaOf = async ({ url }: Stack) => {
  const response = await fetch(`${url}/ready`);
  const { checks } = (await response.json()) as { checks: Record<string, string> };
  return { status: response.status, okta: checks['okta'] };
};

describe('the first log-in reports what is wrong with its tokens', () => {
  test('a wrong audience, with both values, and /ready says that Okta is misconfigured', async () => {
    const stack = await start({ okta: { audience: 'api://shop' } });
    const { accessToken } = await logIn(stack);
    expect(await finding(stack)).toMatchObject({
      level: 'error',
      check: 'ACCESS_TOKEN',
      msg: 'OKTA_AUDIENCE is api://shop, but tokens are issued for api://default.',
      fix: expect.stringContaining('OKTA_AUDIENCE'),
    });
    await vi.waitFor(
      async () => expect(await oktaOf(stack)).toEqual({ status: 200, okta: 'misconfigured' }),
      5_000,
    );
    await logIn(stack);
    await logIn(stack);
    expect(found(stack)).toHaveLength(1);
    expect(stack.logs.join('\n')).not.toContain(accessToken.slice(0, 40));
  });

  test('a client that is not accepted', async () => {
    const stack = await start({ okta: { acceptedClientIds: ['0oaAnother'] } });
    await logIn(stack);
    expect(await finding(stack)).toMatchObject({
      msg: 'OKTA_ACCEPTED_CLIENT_IDS is 0oaAnother, but tokens are issued to 0oa1accountApi000001.',
    });
  });

  test('a refresh is checked too when there was no log-in', async () => {
    const { refreshToken } = await logIn(org);
    const stack = await start({ okta: { audience: 'api://shop' } });
    const { data } = await stack.gql(RefreshTokenDocument, { input: { refreshToken } });
    expect(data?.refreshToken.__typename).toBe('RefreshTokenSuccess');
    expect(await finding(stack)).toMatchObject({ check: 'ACCESS_TOKEN', level: 'error' });
  });
});

test('a log-in with valid tokens logs nothing', async () => {
  const stack = await start();
  await logIn(stack);
  expect(found(stack)).toEqual([]);
});

test('tokens of the org authorization server are checked by introspection', async () => {
  const { url } = org.okta;
  const stack = await start({ okta: { issuer: url, audience: 'https://else.example' } });
  await logIn(stack);
  expect(await finding(stack)).toMatchObject({
    msg: `OKTA_AUDIENCE is https://else.example, but tokens are issued for ${url}.`,
  });
});
