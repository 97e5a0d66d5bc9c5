import { describe, expect, test } from 'vitest';
import {
  ChangeExpiredPasswordDocument,
  ChangePasswordDocument,
  DeleteAccountDocument,
  LogInDocument,
  LogOutDocument,
  MeDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  RevokeSessionDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { describeWithRedis, startRedis } from '../support/redis.ts';
import { type Stack, startStack } from '../support/start.ts';
import { afterLogIn, bearer, logIn, type Session } from './flows.ts';
import { leave, requestsTo } from './leave.ts';

const email = 'demo@example.com';
const currentPassword = 'Correct-Horse-7';
const newPassword = 'Better-Battery-9';
const loggedOut = { __typename: 'RefreshTokenRejected', reason: 'LOGGED_OUT', retryable: false };

async function refresh({ gql }: Stack, refreshToken: string) {
  return (await gql(RefreshTokenDocument, { input: { refreshToken } })).data?.refreshToken;
}

async function refreshed(stack: Stack, { refreshToken }: Session): Promise<Session> {
  const answer = await refresh(stack, refreshToken);
  if (answer?.__typename !== 'RefreshTokenSuccess') throw new Error(answer?.__typename);
  const { tokens } = answer;
  return { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken ?? '' };
}

async function currentSessionId({ gql }: Stack, { accessToken }: Session): Promise<string> {
  const { data } = await gql(MeDocument, { sessions: true }, bearer(accessToken));
  return data?.me?.sessions?.find(({ current }) => current)?.id ?? '';
}

/** Every way to end a session without its refresh token. */
const ends: Record<string, (stack: Stack, session: Session) => Promise<unknown>> = {
  'a log-out everywhere': ({ gql }, { accessToken }) =>
    gql(LogOutDocument, { input: { scope: 'EVERYWHERE' } }, bearer(accessToken)),
  async 'a log-out of the other sessions'(stack) {
    const { accessToken } = await logIn(stack);
    await stack.gql(LogOutDocument, { input: { scope: 'OTHER_SESSIONS' } }, bearer(accessToken));
  },
  async 'the end of the session by its id'(stack, session) {
    const input = { sessionId: await currentSessionId(stack, session) };
    await stack.gql(RevokeSessionDocument, { input }, bearer(session.accessToken));
  },
  'a new password': ({ gql }, { accessToken }) =>
    gql(ChangePasswordDocument, { input: { currentPassword, newPassword } }, bearer(accessToken)),
  async 'a new password by mail'({ gql, okta }) {
    await gql(RequestPasswordResetDocument, { input: { email } });
    const resetToken = okta.outbox.to(email).at(-1)?.token ?? '';
    await gql(ResetPasswordDocument, { input: { resetToken, newPassword } });
  },
  async 'a new password in place of the expired one'({ gql, okta }) {
    okta.setStatus(email, 'PASSWORD_EXPIRED');
    const { data } = await gql(LogInDocument, { input: { email, password: currentPassword } });
    if (data?.logIn.__typename !== 'PasswordExpired') throw new Error(data?.logIn.__typename);
    const { transaction } = data.logIn;
    await gql(ChangeExpiredPasswordDocument, {
      input: { transaction, currentPassword, newPassword },
    });
  },
  'the end of the account': ({ gql }, { accessToken }) =>
    gql(DeleteAccountDocument, { input: { password: currentPassword } }, bearer(accessToken)),
};

afterLogIn((stack) => {
  describe.each(Object.entries(ends))('after %s', (_, end) => {
    test('the answer of an earlier refresh is not repeated', async () => {
      const session = await logIn(stack());
      const newest = await refreshed(stack(), session);
      await end(stack(), newest);
      expect(await refresh(stack(), session.refreshToken)).toMatchObject(loggedOut);
      expect((await refresh(stack(), newest.refreshToken))?.__typename).toBe(
        'RefreshTokenRejected',
      );
    });
  });

  test.each(['a log-out everywhere', 'a log-out of the other sessions'])(
    'a session that begins after %s is refreshed, and that again',
    async (name) => {
      await ends[name]?.(stack(), await logIn(stack()));
      const later = await logIn(stack());
      const newest = await refreshed(stack(), later);
      expect(await refreshed(stack(), later)).toEqual(newest);
    },
  );

  test('the session that ends the others keeps what it was answered', async () => {
    const here = await logIn(stack());
    const there = await logIn(stack());
    const newest = await refreshed(stack(), here);
    await refreshed(stack(), there);
    const input = { scope: 'OTHER_SESSIONS' } as const;
    await stack().gql(LogOutDocument, { input }, bearer(newest.accessToken));
    expect(await refreshed(stack(), here)).toEqual(newest);
    expect(await refresh(stack(), there.refreshToken)).toMatchObject(loggedOut);
  });

  test('the end of one session by its id leaves what another was answered', async () => {
    const here = await logIn(stack());
    const there = await logIn(stack());
    const newest = await refreshed(stack(), here);
    const input = { sessionId: await currentSessionId(stack(), there) };
    await stack().gql(RevokeSessionDocument, { input }, bearer(newest.accessToken));
    expect(await refreshed(stack(), here)).toEqual(newest);
  });

  test('a caller who goes away in between changes nothing of it', async () => {
    const session = await logIn(stack());
    const newest = await refreshed(stack(), session);
    const path = /\/credentials\/change_password$/;
    stack().okta.fail({ path, fault: { kind: 'delay', ms: 300 }, times: 1 });
    stack().okta.requests.clear();
    const headers = bearer(newest.accessToken);
    const input = { currentPassword, newPassword };
    await leave(stack(), { document: ChangePasswordDocument, input, headers }, '/change_password');
    await expect.poll(() => requestsTo(stack().okta, '/sessions').at(-1)?.status).toBe(204);
    await expect
      .poll(() => refresh(stack(), session.refreshToken), { interval: 20, timeout: 500 })
      .toMatchObject(loggedOut);
  });
});

describeWithRedis('with Redis', () => {
  test('a session that one process ends is not answered by the others', async () => {
    const redis = await startRedis();
    const here = await startStack({ redisUrl: redis.url });
    const there = await startStack({ beside: here, redisUrl: redis.url });
    try {
      const session = await logIn(here);
      const newest = await refreshed(here, session);
      await ends['a log-out everywhere']?.(there, newest);
      expect(await refresh(here, session.refreshToken)).toMatchObject(loggedOut);
      expect(await refresh(there, session.refreshToken)).toMatchObject(loggedOut);
    } finally {
      await there.close();
      await here.close();
      await redis.stop();
    }
  });
});
