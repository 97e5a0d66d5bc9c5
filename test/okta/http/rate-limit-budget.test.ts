import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RateLimited } from '../../../src/identity/errors.ts';
import { createUpstream } from '../../../src/okta/http/admission.ts';
import { createHttp } from '../../../src/okta/http/client.ts';
import { createBudget } from '../../../src/okta/http/rate-limit-budget.ts';
import type { ResponseHead } from '../../../src/okta/http/response.ts';
import type { Bucket, Priority } from '../../../src/okta/wire/endpoints.ts';
import { retryAfterSeconds } from '../../../src/okta/wire/rate-limit.ts';
import { startOkta } from '../../embedded/start.ts';
import { callContext } from '../start.ts';

/** Of an Okta whose clock is three minutes behind ours. */
const epoch = Date.parse('2026-11-23T07:00:00Z');
const oktaIsBehindMs = 180_000;

interface Reported {
  readonly remaining: number;
  /** Seconds from the answer on. */
  readonly resetIn: number;
  readonly limit?: number;
  readonly status?: number;
}

function budget() {
  const clock = { now: epoch };
  const { check, begin, end, closedForMs, spacingMs, stats, refusalBehind } = createBudget(
    () => clock.now,
  );
  const answer = (
    { remaining, resetIn, limit = 100, status = 200 }: Reported,
    sentAt = clock.now,
  ) => {
    const okta = sentAt - oktaIsBehindMs;
    return {
      status,
      headers: {
        date: new Date(okta).toUTCString(),
        'x-rate-limit-limit': String(limit),
        'x-rate-limit-remaining': String(remaining),
        'x-rate-limit-reset': String(okta / 1000 + resetIn),
      },
    };
  };
  const place = (priority: Priority, bucket: Bucket = 'token') => ({ bucket, priority });
  return {
    clock,
    answer,
    reported(reported: Reported, bucket: Bucket = 'token') {
      begin(bucket);
      end(bucket, answer(reported));
    },
    begin: () => begin('token'),
    end: (answer: ResponseHead | null) => end('token', answer),
    /** A RateLimited as its seconds. */
    check(priority: Priority, bucket?: Bucket) {
      const admission = check(place(priority, bucket));
      return admission instanceof RateLimited ? admission.retryAfterSeconds : admission;
    },
    /** A priority in which so many wait already. */
    isRefusedBehind: (priority: Priority, ahead: number) =>
      refusalBehind(place(priority), ahead) !== null,
    closedForMs: () => closedForMs('token'),
    spacingMs: (priority: Priority) => spacingMs(place(priority)),
    stats: () => stats().get('token'),
  };
}

describe('what is left of a limit', () => {
  it('is open to all until the first answer', () => {
    const { check, end, begin } = budget();
    begin();
    end({ status: 200, headers: {} });
    expect([check('interactive'), check('batch')]).toEqual(['GO', 'GO']);
  });

  it('lasts until the reset with so long between two calls, which is not known before and after', () => {
    const { reported, spacingMs, clock } = budget();
    expect(spacingMs('validation')).toBe(0);
    reported({ remaining: 90, resetIn: 30 });
    expect([spacingMs('interactive'), spacingMs('validation')]).toEqual([30_000 / 90, 30_000 / 60]);
    reported({ remaining: 30, resetIn: 30 });
    expect(spacingMs('validation')).toBe(Number.POSITIVE_INFINITY);
    clock.now += 30_000;
    expect(spacingMs('validation')).toBe(0);
  });

  it.each([
    [41, ['GO', 'GO', 'GO', 'GO']],
    [40, ['GO', 'GO', 'GO', 30]],
    [30, ['GO', 'GO', 30, 30]],
    [20, ['GO', 30, 30, 30]],
    [1, ['GO', 30, 30, 30]],
  ] as const)(
    'of %i in 100 is for these priorities, the others wait for the reset',
    (remaining, of) => {
      const { reported, check } = budget();
      reported({ remaining, resetIn: 30 });
      expect([check('interactive'), check('refresh'), check('validation'), check('batch')]).toEqual(
        of,
      );
      expect(check('batch', 'users')).toBe('GO');
    },
  );

  it('counts what is in flight, and is waited for where that decides', () => {
    const { reported, check, begin, end } = budget();
    reported({ remaining: 22, resetIn: 30 });
    begin();
    expect([check('interactive'), check('refresh')]).toEqual(['GO', 'GO']);
    begin();
    expect([check('interactive'), check('refresh'), check('validation')]).toEqual([
      'GO',
      'WAIT',
      30,
    ]);
    end(null);
    expect(check('refresh')).toBe('GO');
  });

  it('does not grow by an answer that comes late', () => {
    const { reported, check, stats } = budget();
    reported({ remaining: 10, resetIn: 30 });
    reported({ remaining: 60, resetIn: 30 });
    reported({ remaining: 99, resetIn: -1 });
    expect(check('refresh')).toBe(30);
    expect(stats()).toEqual({ limit: 100, remaining: 10, resetAt: epoch + 30_000, inFlight: 0 });
  });

  it('is the whole limit after the reset, until an answer of the new window', () => {
    const { reported, check, clock, begin, end, answer } = budget();
    reported({ remaining: 0, resetIn: 30 });
    begin();
    const late = answer({ remaining: 0, resetIn: 30 });
    clock.now += 29_999;
    expect(check('batch')).toBe(1);
    clock.now += 1;
    expect(check('batch')).toBe('GO');
    end(late);
    expect(check('batch')).toBe('GO');
    reported({ remaining: 12, resetIn: 60 });
    expect(check('batch')).toBe(60);
    reported({ remaining: 90, resetIn: 65 });
    expect(check('batch')).toBe('GO');
  });

  it('is the whole limit where our clock was set back: nothing waits until it has caught up', () => {
    const { reported, check, clock, closedForMs } = budget();
    reported({ status: 429, remaining: 0, resetIn: 30 });
    expect([check('interactive'), check('batch')]).toEqual([31, 31]);
    clock.now -= 3_600_000;
    expect([check('interactive'), check('batch'), closedForMs()]).toEqual(['GO', 'GO', 0]);
  });

  it('refuses to wait behind those who take it all, but for log-ins, which may pass', () => {
    const { reported, isRefusedBehind } = budget();
    reported({ remaining: 25, resetIn: 30 });
    expect([isRefusedBehind('refresh', 4), isRefusedBehind('refresh', 5)]).toEqual([false, true]);
    expect(isRefusedBehind('interactive', 100)).toBe(false);
  });

  it.each([
    ['no headers', () => ({ status: 429, headers: {} })],
    [
      'a reset that cannot be',
      () => budget().answer({ status: 429, remaining: 0, resetIn: 86_400 }),
    ],
    [
      'a reset past all dates',
      () => budget().answer({ status: 429, remaining: 0, resetIn: 9_999_999_999_999 }),
    ],
  ])('does not follow from %s', (_, response) => {
    const { check, begin, end, closedForMs } = budget();
    begin();
    end(response());
    expect([check('interactive'), check('batch'), closedForMs()]).toEqual(['GO', 'GO', 0]);
  });
});

describe('a 429', () => {
  it('closes the bucket to every priority until the reset and a little more', () => {
    vi.spyOn(Math, 'random').mockReturnValueOnce(0.5);
    const { reported, check, clock, closedForMs } = budget();
    reported({ status: 429, remaining: 0, resetIn: 20 });
    expect([check('interactive'), check('batch'), closedForMs()]).toEqual([21, 21, 20_251]);
    clock.now += 20_249;
    expect(check('interactive')).toBe(1);
    clock.now += 1;
    expect([check('interactive'), closedForMs()]).toEqual(['GO', 0]);
  });

  it('of one username says nothing of the bucket', () => {
    const { reported, check, closedForMs } = budget();
    reported({ status: 429, remaining: 70, resetIn: 20 });
    expect([check('interactive'), check('batch'), closedForMs()]).toEqual(['GO', 'GO', 0]);
  });

  it('of one client address does not apply to others', () => {
    const { reported, check } = budget();
    reported({ remaining: 90, resetIn: 20 });
    reported({ status: 429, limit: 60, remaining: 0, resetIn: 50 });
    expect([check('interactive'), check('batch')]).toEqual(['GO', 'GO']);
  });

  it('of one client address has no effect at the end of the window, or as the first answer', () => {
    const ofOneClient = { limit: 60, remaining: 0, resetIn: 60 };
    for (const known of [{ limit: 1_200, remaining: 900, resetIn: 20 }, ofOneClient, null]) {
      const { reported, check, clock } = budget();
      if (known !== null) reported(known, 'authorize');
      clock.now += 21_000;
      reported({ ...ofOneClient, status: 429 }, 'authorize');
      expect(check('interactive', 'authorize')).toBe('GO');
    }
    const { reported, check, clock } = budget();
    reported({ remaining: 90, resetIn: 20 });
    clock.now += 21_000;
    reported({ ...ofOneClient, status: 429 });
    expect(check('batch')).toBe('GO');
    reported({ limit: 60, remaining: 20, resetIn: 60 });
    expect(check('batch')).toBe(60);
  });
});

it.each([
  ['in half a minute', 30, 30],
  ['tomorrow', 86_400, 1],
  ['past all dates', 9_999_999_999_999, 1],
])('who is refused by a limit that resets %s may come back after', (_, resetIn, seconds) => {
  const { answer } = budget();
  const { headers } = answer({ status: 429, remaining: 0, resetIn });
  expect(retryAfterSeconds(headers, epoch)).toBe(seconds);
});

it('where nothing is left log-ins try, two at a time, until Okta refuses: it may let a burst pass', () => {
  const { reported, check, begin, end, answer } = budget();
  reported({ remaining: 0, resetIn: 30 });
  begin();
  expect([check('interactive'), check('refresh')]).toEqual(['GO', 30]);
  begin();
  expect(check('interactive')).toBe('WAIT');
  end(answer({ remaining: 0, resetIn: 30 }));
  expect(check('interactive')).toBe('GO');
  end(answer({ remaining: 0, resetIn: 30, status: 429 }));
  expect(check('interactive')).toBeGreaterThanOrEqual(30);
});

/** What is asked for here, and the address at which Okta counts it. */
const asked = {
  'token/password': '/oauth2/default/v1/token',
  'token/refresh_token': '/oauth2/default/v1/token',
  introspect: '/oauth2/default/v1/introspect',
  'users/list': '/api/v1/users',
} as const;
type Asked = keyof typeof asked;

describe('a burst of ten times the limits', () => {
  const perMinute = 40;

  async function start() {
    const clock = { now: epoch };
    const now = () => clock.now;
    const rateLimits = { token: perMinute, oauth: perMinute, users: perMinute };
    const okta = await startOkta({ now, rateLimits });
    const upstream = createUpstream({ now });
    const observe = () => undefined;
    const http = createHttp({ callTimeoutMs: 10_000, now, observe, upstream });
    onTestFinished(() => http.close());
    const shed: Record<Asked, number> = {
      'token/password': 0,
      'token/refresh_token': 0,
      introspect: 0,
      'users/list': 0,
    };
    /** Okta counts also what it then finds no credentials in. */
    const ask = async (endpoint: Asked) => {
      const method = endpoint === 'users/list' ? 'GET' : 'POST';
      const request = {
        endpoint,
        method,
        url: `${okta.url}${asked[endpoint]}`,
        headers: {},
      } as const;
      await http
        .exchange((send) => send(request, callContext()))
        .catch((error: unknown) => {
          if (!(error instanceof RateLimited)) throw error;
          shed[endpoint] += 1;
        });
    };
    const refused = () => okta.requests.all().filter(({ status }) => status === 429).length;
    return { ask, shed, refused, upstream, clock };
  }

  it('loses no log-in that fits, and is refused by us before it is by Okta', async () => {
    const { ask, shed, refused, upstream, clock } = await start();
    const others = ['token/refresh_token', 'introspect', 'users/list'] as const;
    // So that the limits are known.
    await Promise.all(others.map(ask));
    const burst = Array.from({ length: 10 * perMinute }, () => others).flat();
    const logIns = Array.from({ length: 5 }, () => 'token/password' as const);
    await Promise.all([...burst, ...logIns].map(ask));
    const { token, oauth, users } = upstream.stats().buckets;
    expect([shed['token/password'], refused()]).toEqual([0, 0]);
    expect(oauth?.remaining).toBe(0.3 * perMinute);
    expect(users?.remaining).toBe(0.4 * perMinute);
    expect(token?.shed.budget).toMatchObject({
      interactive: 0,
      refresh: shed['token/refresh_token'],
    });
    expect(users?.shed.budget.batch).toBe(1 + 10 * perMinute - 0.6 * perMinute);

    // What was left to log-ins is there, to the last; the next two find out that it was.
    const left = token?.remaining ?? 0;
    expect(left).toBeGreaterThan(0);
    await Promise.all(Array.from({ length: left }, () => ask('token/password')));
    expect([shed['token/password'], refused()]).toEqual([0, 0]);
    await Promise.all(Array.from({ length: 10 }, () => ask('token/password')));
    expect(shed['token/password']).toBe(8);
    expect(refused()).toBe(2);

    clock.now += 61_000;
    await Promise.all([ask('token/refresh_token'), ask('users/list')]);
    expect(refused()).toBe(2);
    const { waiting, inUse } = upstream.stats().connections;
    expect([...Object.values(waiting), ...Object.values(inUse)]).toEqual(Array(8).fill(0));
  });
});
