import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  LogOutDocument,
  MeDocument,
  TypedDocumentString,
  UpdateProfileDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { send } from '../server/tiny.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer, logIn } from './flows.ts';

/** Expects another audience than the org gives to its tokens. */
let stack: Stack;
/** Beside it, with all that is right. */
let right: Stack;
let token: string;
beforeAll(async () => {
  stack = await startStack({ okta: { audience: 'api://shop' }, metrics: true });
  right = await startStack({ beside: stack });
  ({ accessToken: token } = await logIn(stack));
});
afterAll(async () => {
  await right.close();
  await stack.close();
});

/** Of the last request, from its line in the log. */
function refusals({ logs }: Stack = stack): unknown {
  const lines = logs.map((line) => JSON.parse(line)).filter(({ event }) => event === 'request');
  return lines.at(-1)?.tokenRefusals;
}

test('a request whose tokens are good has no such member, and nor has one with none', async () => {
  const { accessToken } = await logIn(right);
  await right.gql(MeDocument, {}, bearer(accessToken));
  expect(refusals(right)).toBeUndefined();
  await right.gql(LogOutDocument, { input: { refreshToken: 'unknown' } });
  expect(refusals(right)).toBeUndefined();
});

describe('the line of a request says why a token was refused', () => {
  test('that of a customer who asks', async () => {
    const { errors } = await stack.gql(MeDocument, {}, bearer(token));
    expect(errors?.[0]?.extensions?.['code']).toBe('TOKEN_INVALID');
    expect(refusals()).toEqual(['WRONG_AUDIENCE']);
  });

  test('that of a customer who changes something', async () => {
    await stack.gql(UpdateProfileDocument, { input: { firstName: 'A' } }, bearer(token));
    expect(refusals()).toEqual(['WRONG_AUDIENCE']);
  });

  test('that of a caller who asks for entities', async () => {
    const document = new TypedDocumentString<object, { of: readonly object[] }>(
      'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }',
    );
    const of = [{ __typename: 'User', id: '00u1' }];
    await stack.gql(document, { of }, bearer(token));
    expect(refusals()).toEqual(['WRONG_AUDIENCE']);
  });

  test('one that a service asks about, whether its document is compiled or not', async () => {
    for (let times = 0; times < 4; times += 1) {
      const { data } = await stack.gql(
        ValidateTokenDocument,
        { input: { token } },
        { authorization: stack.basic },
      );
      expect(data?.validateToken?.active).toBe(false);
      expect(refusals()).toEqual(['WRONG_AUDIENCE']);
    }
  });

  test('all that a service asks about at once, each reason once', async () => {
    const document = new TypedDocumentString<object, { one: string; other: string }>(`
      query ($one: String!, $other: String!) {
        a: validateToken(input: { token: $one }) { active }
        b: validateToken(input: { token: $other }) { active }
        c: validateToken(input: { token: $one }) { active }
      }`);
    for (let times = 0; times < 3; times += 1) {
      const tokens = { one: token, other: 'x.y.z' };
      await stack.gql(document, tokens, { authorization: stack.basic });
      expect(refusals()).toEqual(['WRONG_AUDIENCE', 'MALFORMED']);
    }
  });

  test('one that a gateway asks about', async () => {
    await send(stack.url, { path: '/auth', headers: bearer(token) });
    expect(refusals()).toEqual(['WRONG_AUDIENCE']);
  });

  test('one that a resource server asks about, and one that it comes with', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const about = { path: '/introspect', body: `token=${token}` };
    await send(stack.url, { ...about, headers: { ...form, authorization: stack.basic } });
    expect(refusals()).toEqual(['WRONG_AUDIENCE']);
    await send(stack.url, { ...about, headers: { ...form, ...bearer(token) } });
    expect(refusals()).toEqual(['WRONG_AUDIENCE']);
  });

  test('a good one that lacks a scope', async () => {
    const { accessToken } = await logIn(right);
    await send(right.url, { path: '/auth?scope=orders.read', headers: bearer(accessToken) });
    expect(refusals(right)).toEqual(['INSUFFICIENT_SCOPE']);
  });

  test("one of another app is not called a service's", async () => {
    const other = await startStack({ beside: stack, okta: { acceptedClientIds: ['0oaAnother'] } });
    await other.gql(MeDocument, {}, bearer(token));
    await other.close();
    expect(refusals(other)).toEqual(['WRONG_CLIENT']);
  });

  test('a good one of an account that an administrator has disabled', async () => {
    const { accessToken } = await logIn(right);
    right.okta.setStatus('demo@example.com', 'SUSPENDED');
    await right.gql(UpdateProfileDocument, { input: { firstName: 'A' } }, bearer(accessToken));
    right.okta.setStatus('demo@example.com', 'ACTIVE');
    expect(refusals(right)).toEqual(['ACCOUNT_DISABLED']);
  });
});

test('refused tokens are counted by reason', async () => {
  const counted = async () => {
    const text = await stack.scrape();
    const series = 'okta_account_api_token_refusals_total{reason="WRONG_AUDIENCE"}';
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(series))
        ?.split(' ')
        .at(-1) ?? 0,
    );
  };
  const before = await counted();
  await send(stack.url, { path: '/auth', headers: bearer(token) });
  expect(await counted()).toBe(before + 1);
});
