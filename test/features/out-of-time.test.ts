import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  DeleteAccountDocument,
  LogInDocument,
  MeDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { loadOktaSdk } from '../../src/okta/management/sdk.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer, logIn } from './flows.ts';

const password = 'Correct-Horse-7';
const newPassword = 'Better-Battery-9';

let stack: Stack;
beforeAll(async () => {
  // It takes a second, once, and blocks the process meanwhile.
  await loadOktaSdk();
  const server = { requestTimeoutMs: 2_000 };
  stack = await startStack({ flow: 'authn', server, profileTtlSeconds: 0 });
});
beforeEach(() => stack.okta.reset());
afterAll(() => stack.close());

/** Each call is in time, and three of them are not. */
const slow = (method?: 'DELETE') =>
  stack.okta.fail({ ...(method && { method }), path: '/', fault: { kind: 'delay', ms: 850 } });
const lastLine = () => JSON.parse(stack.logs.at(-1) ?? '') as Record<string, unknown>;

describe('when all calls of a request together take too long', () => {
  test('a log-in says that Okta is not available', async () => {
    slow();
    const input = { email: 'demo@example.com', password };
    const { data, status } = await stack.gql(LogInDocument, { input });
    expect(status).toBe(200);
    expect(data?.logIn).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
    expect(lastLine()).toMatchObject({
      outcomes: ['UpstreamUnavailable'],
      failures: [{ error: 'UpstreamUnavailable', causes: ['OutOfTime'] }],
      providerCalls: [{ status: 200 }, { status: null, failure: 'ABORTED' }],
    });
  });

  test('a query says so as well', async () => {
    const { accessToken } = await logIn(stack);
    await stack.gql(MeDocument, {}, bearer(accessToken));
    stack.okta.fail({ path: '/', fault: { kind: 'hang' } });
    const { data, errors } = await stack.gql(MeDocument, {}, bearer(accessToken));
    expect(data).toEqual({ me: null });
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['UPSTREAM_UNAVAILABLE']);
  });

  test('a reset of the password says so, and goes on to its end', async () => {
    const { refreshToken } = await logIn(stack);
    await stack.gql(RequestPasswordResetDocument, { input: { email: 'demo@example.com' } });
    const resetToken = stack.okta.outbox.to('demo@example.com').at(-1)?.token ?? '';
    const undo = slow();
    const input = { resetToken, newPassword };
    const { data } = await stack.gql(ResetPasswordDocument, { input });
    expect(data?.resetPassword).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });

    const ends = () => stack.okta.requests.all().filter(({ path }) => path.endsWith('/sessions'));
    await expect.poll(ends, { timeout: 3_000 }).toMatchObject([{ status: 204 }]);
    undo();
    const old = await stack.gql(RefreshTokenDocument, { input: { refreshToken } });
    expect(old.data?.refreshToken.__typename).toBe('RefreshTokenRejected');
    const again = { email: 'demo@example.com', password: newPassword };
    const { data: session } = await stack.gql(LogInDocument, { input: again });
    expect(session?.logIn.__typename).toBe('LogInSuccess');
  });

  test('a deletion says so, and is completed nevertheless', async () => {
    const { accessToken } = await logIn(stack);
    const undo = slow('DELETE');
    const { data } = await stack.gql(
      DeleteAccountDocument,
      { input: { password } },
      bearer(accessToken),
    );
    expect(data?.deleteAccount).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    const deletions = () => stack.okta.requests.all().filter(({ method }) => method === 'DELETE');
    await expect.poll(() => deletions().length, { timeout: 3_000 }).toBe(2);
    undo();
  });
});
