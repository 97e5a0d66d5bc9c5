import { expect, test, vi } from 'vitest';
import {
  LogOutDocument,
  MeDocument,
  RefreshTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { Fault } from '../../src/embedded/handle.ts';
import type { Stack } from '../support/start.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';
import { leave } from './leave.ts';

const graceMs = 30_000;
const token = '/oauth2/default/v1/token';
const times = <Result>(count: number, work: () => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, work));

afterLogIn((stack) => {
  const refresh = async (refreshToken: string) => {
    const { data, errors } = await stack().gql(RefreshTokenDocument, { input: { refreshToken } });
    expect(errors).toBeUndefined();
    return data?.refreshToken;
  };
  const refreshed = async (refreshToken: string) => {
    const answer = await refresh(refreshToken);
    if (answer?.__typename !== 'RefreshTokenSuccess') throw new Error(answer?.__typename);
    return { ...answer.tokens, refreshToken: answer.tokens.refreshToken ?? '', ...answer };
  };
  const logOut = (refreshToken: string) => stack().gql(LogOutDocument, { input: { refreshToken } });
  const loggedOut = { __typename: 'RefreshTokenRejected', reason: 'LOGGED_OUT', retryable: false };
  const calls = (end: string) =>
    stack()
      .okta.requests.all()
      .filter(({ path }) => path.endsWith(end)).length;
  const failOnce = (fault: Fault) => stack().okta.fail({ path: token, fault, times: 1 });
  const alive = async ({ gql }: Stack, accessToken: string) =>
    (await gql(MeDocument, {}, bearer(accessToken))).data?.me?.email;

  test('100 at once make one call and get one successor, and the session continues', async () => {
    const session = await logIn(stack());
    stack().okta.requests.clear();
    const answers = await times(100, () => refreshed(session.refreshToken));
    expect(calls('/token')).toBe(1);
    expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    expect(new Set(answers.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const [{ accessToken, refreshToken }] = answers as [(typeof answers)[0]];
    expect(await alive(stack(), accessToken)).toBe('demo@example.com');
    expect((await refreshed(refreshToken)).replayed).toBe(false);
  });

  test('who comes within the grace window gets the same again, and later asks Okta', async () => {
    const session = await logIn(stack());
    const first = await refreshed(session.refreshToken);
    stack().okta.requests.clear();
    stack().clock.advance(graceMs - 5_000);
    const late = await refreshed(session.refreshToken);
    expect(late).toEqual({ ...first, replayed: true });
    expect(calls('/token')).toBe(0);
    stack().clock.advance(6_000);
    expect(await refresh(session.refreshToken)).toMatchObject({ reason: 'REJECTED' });
    expect(calls('/token')).toBe(1);
  });

  test('who comes late gets the newest of the session, not one that was used since', async () => {
    const session = await logIn(stack());
    const second = await refreshed(session.refreshToken);
    const third = await refreshed(second.refreshToken);
    const late = await refreshed(session.refreshToken);
    expect(late).toEqual({ ...third, replayed: true });
  });

  test.each<[string, Fault, object]>([
    ['answers 503', { kind: 'answer', status: 503 }, { code: 'UPSTREAM_UNAVAILABLE' }],
    ['closes the connection', { kind: 'reset', when: 'before' }, { code: 'UPSTREAM_UNAVAILABLE' }],
    [
      'limits the rate',
      {
        kind: 'answer',
        status: 429,
        headers: { 'x-rate-limit-reset': '0' },
        body: '{"errorCode":"E0000047"}',
      },
      { code: 'RATE_LIMITED', scope: 'UPSTREAM', retryAfterSeconds: expect.any(Number) },
    ],
  ])('when Okta %s, all who wait may try again, and then it works', async (_, fault, failure) => {
    const session = await logIn(stack());
    const undo = stack().okta.fail({ path: token, fault });
    const answers = await times(20, () => refresh(session.refreshToken));
    undo();
    for (const answer of answers) expect(answer).toMatchObject({ ...failure, retryable: true });
    expect((await refreshed(session.refreshToken)).replayed).toBe(false);
  });

  test('an answer that gets lost on the way from Okta is there when it is asked for again', async () => {
    const session = await logIn(stack());
    failOnce({ kind: 'reset', when: 'after' });
    expect(await refresh(session.refreshToken)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    stack().clock.advance(20_000);
    const { accessToken, refreshToken } = await refreshed(session.refreshToken);
    expect(await alive(stack(), accessToken)).toBe('demo@example.com');
    await refreshed(refreshToken);
  });

  test('a caller who goes away takes nothing from the others, and finds the answer later', async () => {
    const session = await logIn(stack());
    stack().okta.requests.clear();
    failOnce({ kind: 'delay', ms: 200 });
    const input = { refreshToken: session.refreshToken };
    await leave(stack(), { document: RefreshTokenDocument, input }, '/token');
    expect((await refreshed(session.refreshToken)).replayed).toBe(true);
    expect(calls('/token')).toBe(1);
  });

  test('a log-out beats a refresh in flight, and its successor is revoked', async () => {
    const session = await logIn(stack());
    failOnce({ kind: 'delay', ms: 300 });
    stack().okta.requests.clear();
    const answers = times(5, () => refresh(session.refreshToken));
    await vi.waitFor(() => expect(calls('/token')).toBe(1), { interval: 5 });
    await logOut(session.refreshToken);
    for (const answer of await answers) expect(answer).toMatchObject(loggedOut);
    // One for the token, one for its successor.
    expect(calls('/revoke')).toBe(2);
    expect(await refresh(session.refreshToken)).toMatchObject(loggedOut);
  });

  test.each(['used', 'newest'] as const)(
    'after a log-out with the %s token nothing is replayed',
    async (which) => {
      const used = (await logIn(stack())).refreshToken;
      const second = await refreshed(used);
      const newest = (await refreshed(second.refreshToken)).refreshToken;
      await logOut(which === 'used' ? used : newest);
      const answers = [await refresh(used), await refresh(second.refreshToken)];
      answers.push(await refresh(newest));
      for (const answer of answers) expect(answer).toMatchObject(loggedOut);
      stack().clock.advance(graceMs + 11_000);
      expect(await refresh(newest)).toMatchObject({ reason: 'REJECTED' });
    },
  );

  test('a log-out ends its own session alone', async () => {
    const here = await logIn(stack());
    const there = await logIn(stack());
    await logOut(here.refreshToken);
    expect((await refreshed(there.refreshToken)).replayed).toBe(false);
  });

  test('no token gets into the log', async () => {
    const session = await logIn(stack());
    const { accessToken, refreshToken } = await refreshed(session.refreshToken);
    await refresh('canary-unknown-token');
    await logOut(refreshToken);
    await refresh(session.refreshToken);
    const log = stack().logs.join('\n');
    for (const secret of [session.refreshToken, refreshToken, accessToken, 'canary']) {
      expect(log).not.toContain(secret);
    }
  });
});
