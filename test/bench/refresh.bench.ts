import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';
import { describeWithRedis, startRedis } from '../support/redis.ts';
import { type ApiProcess, startProcess } from './processes.ts';

const logIn = `mutation ($input: LogInInput!) {
  logIn(input: $input) { ... on LogInSuccess { tokens { refreshToken } } }
}`;
const refresh = `mutation ($input: RefreshTokenInput!) {
  refreshToken(input: $input) {
    __typename
    ... on RefreshTokenSuccess { replayed tokens { accessToken refreshToken } }
    ... on RefreshTokenRejected { reason }
  }
}`;

interface LoggedIn {
  readonly logIn: { readonly tokens: { readonly refreshToken: string } };
}
interface Refreshed {
  readonly refreshToken: {
    readonly __typename: string;
    readonly replayed?: boolean;
    readonly tokens?: { readonly accessToken: string; readonly refreshToken: string };
  };
}

const callers = 100;
const rounds = 5;
const rows: string[] = [];

/** An org with the limits of a real one, four refreshes of a customer per second among them. */
const okta = await startEmbeddedOkta();
const started: ApiProcess[] = [];
const start = async (settings: Record<string, string>) => {
  // All callers come from one address.
  const api = await startProcess(okta, { ...settings, RATE_LIMITS: 'off' });
  started.push(api);
  return api;
};
const tokenCalls = () =>
  okta.requests.all().filter(({ path }) => path.endsWith('/default/v1/token')).length;
const second = () => new Promise((resolve) => setTimeout(resolve, 1_000));

async function session(api: ApiProcess): Promise<string> {
  // So that the limit of the earlier log-ins has passed.
  await second();
  const { logIn: answer } = await api.ask<LoggedIn>(logIn, okta.seeded.customer);
  okta.requests.clear();
  return answer.tokens.refreshToken;
}

async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
  const startedAt = performance.now();
  const result = await work;
  return { result, ms: performance.now() - startedAt };
}

interface Round {
  readonly calls: number;
  readonly usable: number;
  readonly successors: number;
  readonly ms: readonly number[];
}

async function race(processes: readonly ApiProcess[]): Promise<Round> {
  const [first] = processes as [ApiProcess];
  const refreshToken = await session(first);
  const answers = await Promise.all(
    Array.from({ length: callers }, (_, index) => {
      const api = processes[index % processes.length] ?? first;
      return timed(api.ask<Refreshed>(refresh, { refreshToken }));
    }),
  );
  const calls = tokenCalls();
  const tokens = answers.flatMap(({ result }) => result.refreshToken.tokens ?? []);
  const successors = new Set(tokens.map((each) => each.refreshToken));
  // The family lives: the successor can be used, and what it gives can, too.
  await second();
  for (const successor of successors) {
    const next = await first.ask<Refreshed>(refresh, { refreshToken: successor });
    expect(next.refreshToken.__typename).toBe('RefreshTokenSuccess');
  }
  const ms = answers.map((answer) => answer.ms).sort((one, other) => one - other);
  return { calls, usable: tokens.length, successors: successors.size, ms };
}

function report(name: string, measured: readonly Round[]): void {
  const ms = measured.flatMap((round) => round.ms).sort((one, other) => one - other);
  const at = (share: number) => `${Math.round(ms[Math.floor((ms.length - 1) * share)] ?? 0)} ms`;
  const most = (pick: (round: Round) => number) => Math.max(...measured.map(pick));
  const least = Math.min(...measured.map(({ usable }) => usable));
  rows.push(
    `| ${name} | ${most(({ calls }) => calls)} | ${least} of ${callers} | ${most(({ successors }) => successors)} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`,
  );
}

async function measure(name: string, processes: readonly ApiProcess[]): Promise<readonly Round[]> {
  await race(processes);
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) measured.push(await race(processes));
  report(name, measured);
  return measured;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((api) => api.stop()));
});
afterAll(async () => {
  await okta.close();
  const head =
    '| 100 refreshes of one token at once | Calls to Okta | Usable answers | Successors | p50 | p95 | Max |';
  process.stdout.write(
    `\n${[head, '| --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n')}\n\n`,
  );
});

test('one process makes one call', async () => {
  for (const round of await measure('1 process', [await start({})])) {
    expect(round).toMatchObject({ calls: 1, usable: callers, successors: 1 });
  }
});

test('two processes without Redis make one call each, within the leeway of Okta', async () => {
  const processes = [await start({}), await start({})];
  for (const round of await measure('2 processes, no Redis', processes)) {
    expect(round).toMatchObject({ usable: callers, successors: 1 });
    expect(round.calls).toBeLessThanOrEqual(2);
  }
});

describeWithRedis('two processes with Redis', () => {
  test('make one call', async () => {
    const redis = await startRedis();
    const settings = { REDIS_URL: redis.url };
    const processes = [await start(settings), await start(settings)];
    for (const round of await measure('2 processes, Redis', processes)) {
      expect(round).toMatchObject({ calls: 1, usable: callers, successors: 1 });
    }
    await redis.stop();
  });

  test('when the one that asks Okta is killed, the other answers in time', async () => {
    const redis = await startRedis();
    const settings = { REDIS_URL: redis.url };
    const [doomed, other] = [await start(settings), await start(settings)];
    const refreshToken = await session(other);
    okta.fail({ path: '/oauth2/default/v1/token', fault: { kind: 'hang' }, times: 1 });
    doomed.ask(refresh, { refreshToken }).catch(() => undefined);
    await vi.waitFor(() => expect(tokenCalls()).toBe(1));
    const waiting = timed(other.ask<Refreshed>(refresh, { refreshToken }));
    doomed.kill();
    const { result, ms } = await waiting;
    expect(result.refreshToken.__typename).toBe('RefreshTokenSuccess');
    expect(ms).toBeLessThan(4_000);
    rows.push(`| holder killed (1 caller) | 2 | 1 of 1 | 1 | ${Math.round(ms)} ms | | |`);
    await redis.stop();
  });
});
