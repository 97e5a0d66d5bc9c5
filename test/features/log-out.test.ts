import { expect, test } from 'vitest';
import {
  LogOutDocument,
  type LogOutInput,
  RefreshTokenDocument,
  ValidateTokenDocument,
} from '../gql/graphql.ts';
import { logIn, onBothFlows } from './flows.ts';

onBothFlows((stack) => {
  const logOut = async (input: LogOutInput) => {
    const { data, errors } = await stack().gql(LogOutDocument, { input });
    expect(errors).toBeUndefined();
    return data?.logOut;
  };
  const refreshes = async (refreshToken: string) => {
    const { data } = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
    return data?.refreshToken.__typename;
  };
  const isActive = async (token: string) => {
    const input = { token, freshness: 'INTROSPECT' } as const;
    const service = { authorization: stack().basic };
    const { data } = await stack().gql(ValidateTokenDocument, { input }, service);
    return data?.validateToken.active;
  };

  test('both tokens end, and a session on another device goes on', async () => {
    const here = await logIn(stack());
    const there = await logIn(stack());
    expect(await logOut(here)).toEqual({
      __typename: 'LogOutSuccess',
      revoked: ['REFRESH_TOKEN', 'ACCESS_TOKEN'],
    });
    expect(await isActive(here.accessToken)).toBe(false);
    expect(await refreshes(here.refreshToken)).toBe('RefreshTokenRejected');
    expect(await isActive(there.accessToken)).toBe(true);
    expect(await refreshes(there.refreshToken)).toBe('RefreshTokenSuccess');
  });

  test('one token is enough', async () => {
    const { accessToken, refreshToken } = await logIn(stack());
    expect(await logOut({ accessToken })).toMatchObject({ revoked: ['ACCESS_TOKEN'] });
    expect(await isActive(accessToken)).toBe(false);
    expect(await logOut({ refreshToken })).toMatchObject({ revoked: ['REFRESH_TOKEN'] });
    expect(await refreshes(refreshToken)).toBe('RefreshTokenRejected');
  });

  test('unknown and ended tokens succeed alike', async () => {
    const session = await logIn(stack());
    await logOut(session);
    for (const input of [session, { accessToken: 'unknown', refreshToken: 'unknown' }]) {
      expect((await logOut(input))?.__typename).toBe('LogOutSuccess');
    }
  });

  test.each([
    [{}, [{ path: 'refreshToken', problem: 'REQUIRED' }]],
    [{ refreshToken: null, accessToken: null }, [{ path: 'refreshToken', problem: 'REQUIRED' }]],
    [
      { refreshToken: 'a b', accessToken: '' },
      [
        { path: 'refreshToken', problem: 'MALFORMED' },
        { path: 'accessToken', problem: 'REQUIRED' },
      ],
    ],
  ])('%j is refused', async (input, fields) => {
    expect(await logOut(input)).toMatchObject({ __typename: 'ValidationFailed', fields });
  });
});
