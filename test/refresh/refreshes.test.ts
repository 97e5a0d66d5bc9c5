import { expect, test, vi } from 'vitest';
import {
  ProviderMisconfigured,
  RateLimited,
  RefreshTokenRejected,
  UpstreamUnavailable,
} from '../../src/identity/errors.ts';
import type { CallContext, Tokens } from '../../src/identity/model.ts';
import type { Ledger } from '../../src/refresh/ledger.ts';
import { createMemoryLedger } from '../../src/refresh/memory-ledger.ts';
import { createRefreshes } from '../../src/refresh/refreshes.ts';
import { failureOf } from '../../src/server/observability/failure.ts';

/** A provider that answers when the test says so, which no server can do to the tick. */
function controlled(ledger: Ledger = memory()) {
  const asked: string[] = [];
  const revoked: string[] = [];
  const signals: AbortSignal[] = [];
  const answers: PromiseWithResolvers<Tokens>[] = [];
  const revoke = vi.fn(async (token: string) => {
    revoked.push(token);
  });
  const identity = {
    refresh(token: string, { signal }: CallContext) {
      asked.push(token);
      signals.push(signal);
      const answer = withResolvers<Tokens>();
      answers.push(answer);
      return answer.promise;
    },
    revoke,
  };
  const options = { now: () => clock, deadlineMs: 500 };
  const refreshes = createRefreshes({ identity, ledger, ...options });
  let clock = now;
  const last = () => {
    const answer = answers.at(-1);
    if (answer === undefined) throw new Error('There was no request.');
    return answer;
  };
  return {
    asked,
    revoked,
    revoke,
    signals,
    refresh: (token: string, signal = new AbortController().signal) =>
      refreshes.refresh(token, { requestId: 'r', signal, shopper: null }),
    end: (token: string) => refreshes.end(token, call),
    endSessions: () => ledger.endSessions({ userId: '00u1', kind: 'all', sessionId: null }, clock),
    advance: (ms: number) => {
      clock += ms;
    },
    answer: (refreshToken: string | null, accessToken?: string) =>
      last().resolve({ ...tokensOf(refreshToken), ...(accessToken && { accessToken }) }),
    refuse: (error: Error) => last().reject(error),
    asks: (count: number) => vi.waitFor(() => expect(asked).toHaveLength(count), { interval: 1 }),
  };
}

const call = { requestId: 'r', signal: new AbortController().signal, shopper: null };
const now = Date.parse('2027-01-15T12:00:00Z');
const memory = () => createMemoryLedger({ graceMs: 30_000, endedMs: 40_000, now: () => now });
const tokensOf = (refreshToken: string | null): Tokens => ({
  accessToken: `access-with-${refreshToken}`,
  expiresAt: new Date(now + 3_600_000),
  refreshToken,
  idToken: null,
  scopes: ['openid'],
  owner: { userId: '00u1', sessionId: 'oar1', login: 'ada@example.com' },
});
const loggedOut = { code: 'REFRESH_TOKEN_REJECTED', reason: 'LOGGED_OUT' };
const thrown = (work: Promise<unknown>) => work.catch((error: unknown) => error);

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

function withResolvers<Value>(): PromiseWithResolvers<Value> {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
}

test('all who come at once wait for one call', async () => {
  const { refresh, answer, asks, asked } = controlled();
  const waiting = Array.from({ length: 100 }, () => refresh('R1'));
  await asks(1);
  answer('R2');
  const answers = await Promise.all(waiting);
  expect(answers.map(({ replayed }) => replayed)).toEqual([false, ...Array(99).fill(true)]);
  expect(new Set(answers.map(({ tokens }) => tokens.refreshToken))).toEqual(new Set(['R2']));
  expect(asked).toEqual(['R1']);
});

test.each([
  new RateLimited('UPSTREAM', 7),
  new UpstreamUnavailable(),
  new RefreshTokenRejected('REJECTED'),
  new ProviderMisconfigured('token: invalid_client'),
])('%s goes to all who wait, and the next one asks again', async (error) => {
  const { refresh, refuse, answer, asks, asked } = controlled();
  const waiting = [refresh('R1'), refresh('R1'), refresh('R1')].map(thrown);
  await asks(1);
  refuse(error);
  expect(await Promise.all(waiting)).toEqual([error, error, error]);
  const next = refresh('R1');
  await asks(2);
  answer('R2');
  expect((await next).replayed).toBe(false);
  expect(asked).toEqual(['R1', 'R1']);
});

test('the call outlives the caller who made it first, and who waits no longer', async () => {
  const { refresh, answer, asks, signals } = controlled();
  const controller = new AbortController();
  const first = refresh('R1', controller.signal);
  const second = refresh('R1');
  await asks(1);
  const reason = new Error('gone');
  controller.abort(reason);
  await expect(first).rejects.toBe(reason);
  expect(signals[0]?.aborted).toBe(false);
  answer('R2');
  expect((await second).tokens.refreshToken).toBe('R2');
});

test('a caller who joined waits no longer than their own signal', async () => {
  const { refresh, answer, asks } = controlled();
  const controller = new AbortController();
  const first = refresh('R1');
  const second = refresh('R1', controller.signal);
  await asks(1);
  const reason = new Error('gone');
  controller.abort(reason);
  await expect(second).rejects.toBe(reason);
  answer('R2');
  expect((await first).tokens.refreshToken).toBe('R2');
});

test('a log-out beats the refresh in flight, whose successor is revoked and not handed out', async () => {
  const { refresh, end, answer, asks, revoked } = controlled();
  const waiting = [refresh('R1'), refresh('R1')].map(thrown);
  await asks(1);
  await end('R1');
  expect(revoked).toEqual(['R1']);
  answer('R2');
  expect(await Promise.all(waiting)).toMatchObject([loggedOut, loggedOut]);
  expect(revoked).toEqual(['R1', 'R2']);
});

test('it does so even when the successor cannot be revoked', async () => {
  const { refresh, end, answer, asks, revoke } = controlled();
  const waiting = thrown(refresh('R1'));
  await asks(1);
  await end('R1');
  revoke.mockRejectedValueOnce(new UpstreamUnavailable());
  answer('R2');
  expect(await waiting).toMatchObject(loggedOut);
});

test('a refresh that is refused because of the log-out names it', async () => {
  const { refresh, end, refuse, asks } = controlled();
  const waiting = thrown(refresh('R1'));
  await asks(1);
  await end('R1');
  refuse(new RefreshTokenRejected('REJECTED'));
  expect(await waiting).toMatchObject(loggedOut);
});

test('a log-out that Okta does not accept is an error, and ends the token nevertheless', async () => {
  const { refresh, end, revoke } = controlled();
  revoke.mockRejectedValueOnce(new UpstreamUnavailable());
  expect(await thrown(end('R1'))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  expect(await thrown(refresh('R1'))).toMatchObject(loggedOut);
});

test('a log-out revokes every successor of the token that is sent', async () => {
  const { refresh, end, answer, asks, revoked } = controlled();
  for (const [index, [token, successor]] of [
    ['R1', 'R2'],
    ['R2', 'R3'],
  ].entries()) {
    const made = refresh(token ?? '');
    await asks(index + 1);
    answer(successor ?? '');
    await made;
  }
  await end('R1');
  expect(revoked).toEqual(['R1', 'R2', 'R3']);
});

test('where the provider does not rotate, a token is its own successor', async () => {
  const { refresh, end, answer, asks, revoked } = controlled();
  const made = refresh('R1');
  await asks(1);
  answer('R1');
  expect((await made).tokens.refreshToken).toBe('R1');
  expect(await refresh('R1')).toMatchObject({ replayed: true, tokens: { refreshToken: 'R1' } });
  await end('R1');
  expect(revoked).toEqual(['R1']);
  expect(await thrown(refresh('R1'))).toMatchObject(loggedOut);
});

test('a successor that is too long to be used is not handed out, and the session goes on from it', async () => {
  const { refresh, answer, asks, asked } = controlled();
  const tooLong = 'x'.repeat(32_769);
  const first = refresh('R1');
  await asks(1);
  answer('R2', tooLong);
  const error = await thrown(first);
  expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
  expect(failureOf(error).causes).toEqual(['TokenTooLong']);

  const second = refresh('R1');
  await asks(2);
  answer('R3', tooLong);
  expect(await thrown(second)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });

  const third = refresh('R1');
  await asks(3);
  answer('R4');
  expect((await third).tokens.refreshToken).toBe('R4');
  expect(asked).toEqual(['R1', 'R2', 'R3']);
  expect(await refresh('R1')).toMatchObject({ tokens: { refreshToken: 'R4' }, replayed: true });
});

test('who waits for another process for too long may try again', async () => {
  const ledger = {
    ...memory(),
    claim: async () => ({ kind: 'underway', lease: 'other' }) as const,
  };
  const { refresh, asked } = controlled(ledger);
  const error = await thrown(refresh('R1'));
  expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
  expect(failureOf(error).causes).toEqual(['OutOfTime']);
  expect(asked).toEqual([]);
});

test('when the session ends elsewhere, an earlier answer is not repeated', async () => {
  const { refresh, answer, asks, asked, endSessions } = controlled();
  const first = refresh('R1');
  await asks(1);
  answer('R2');
  await first;
  await endSessions();
  expect(await thrown(refresh('R1'))).toMatchObject(loggedOut);
  expect(asked).toEqual(['R1']);
});

test('when the session ends elsewhere, a refresh in flight is revoked and not handed out', async () => {
  const { refresh, answer, asks, revoked, endSessions, advance } = controlled();
  const waiting = [refresh('R1'), refresh('R1')].map(thrown);
  await asks(1);
  await endSessions();
  advance(50);
  answer('R2');
  for (const error of await Promise.all(waiting)) expect(error).toMatchObject(loggedOut);
  expect(revoked).toEqual(['R2']);
  expect(await thrown(refresh('R1'))).toMatchObject(loggedOut);
});

test('a session that begins when the others have ended is refreshed and answered again', async () => {
  const { refresh, answer, asks, endSessions, advance } = controlled();
  await endSessions();
  advance(1);
  const first = refresh('R1');
  await asks(1);
  answer('R2');
  expect((await first).replayed).toBe(false);
  expect(await refresh('R1')).toMatchObject({ replayed: true, tokens: { refreshToken: 'R2' } });
});
