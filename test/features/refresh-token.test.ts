import { expect, test } from 'vitest';
import {
  LogOutDocument,
  MeDocument,
  RefreshTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';

afterLogIn((stack) => {
  const refresh = async (refreshToken: string) => {
    const { data, errors } = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
    expect(errors).toBeUndefined();
    return data?.refreshToken;
  };

  test('a refresh token gives new tokens that work', async () => {
    const session = await logIn(stack());
    stack().clock.advance(60_000);
    const answer = await refresh(session.refreshToken);
    if (answer?.__typename !== 'RefreshTokenSuccess') throw new Error(answer?.__typename);
    const { tokens } = answer;
    expect(tokens.accessToken).not.toBe(session.accessToken);
    expect(Date.parse(tokens.expiresAt)).toBeGreaterThan(stack().clock.now());
    expect(tokens.refreshToken).toMatch(/^[\w-]+$/);
    const { data } = await stack().gql(MeDocument, {}, bearer(tokens.accessToken));
    expect(data?.me?.email).toBe('demo@example.com');
    expect((await refresh(tokens.refreshToken ?? ''))?.__typename).toBe('RefreshTokenSuccess');
  });

  test('unknown, foreign and ended tokens get one answer: log in again', async () => {
    const session = await logIn(stack());
    await stack().gql(LogOutDocument, { input: { refreshToken: session.refreshToken } });
    for (const [token, reason] of [
      ['unknown-token', 'REJECTED'],
      [session.accessToken, 'REJECTED'],
      [session.refreshToken, 'LOGGED_OUT'],
    ] as const) {
      expect(await refresh(token)).toEqual({
        __typename: 'RefreshTokenRejected',
        code: 'REFRESH_TOKEN_REJECTED',
        message: 'The refresh token is not valid any more. Log in again.',
        retryable: false,
        reason,
      });
    }
  });

  test.each(['SUSPENDED', 'DEPROVISIONED'] as const)(
    'the session of an account that is %s has ended',
    async (status) => {
      const session = await logIn(stack());
      stack().okta.setStatus('demo@example.com', status);
      expect((await refresh(session.refreshToken))?.__typename).toBe('RefreshTokenRejected');
    },
  );

  test.each([
    ['empty', '', 'REQUIRED'],
    ['longer than 32 KiB', 'x'.repeat(32_769), 'TOO_LONG'],
    ['beyond ASCII', 'tökén', 'MALFORMED'],
  ])('a token that is %s is refused before Okta is asked', async (_, token, problem) => {
    stack().okta.requests.clear();
    expect(await refresh(token)).toMatchObject({
      __typename: 'ValidationFailed',
      fields: [{ field: 'refreshToken', problem }],
    });
    expect(stack().okta.requests.all()).toEqual([]);
  });
});
