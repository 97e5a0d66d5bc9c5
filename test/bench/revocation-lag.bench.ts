import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, expect, test } from 'vitest';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';
import { call } from '../embedded/call.ts';
import { describeWithRedis, startRedis } from '../support/redis.ts';
import { type ApiProcess, startProcess } from './processes.ts';

const logIn = `mutation ($input: LogInInput!) {
  logIn(input: $input) { ... on LogInSuccess { tokens { accessToken refreshToken } } }
}`;
const logOut = `mutation ($input: LogOutInput!) { logOut(input: $input) { __typename } }`;
const validate = `query ($input: ValidateTokenInput!) { validateToken(input: $input) { active } }`;

interface LoggedIn {
  readonly logIn: {
    readonly tokens: { readonly accessToken: string; readonly refreshToken: string };
  };
}
interface Validated {
  readonly validateToken: { readonly active: boolean };
}

const eventCount = 200;
const password = 'Correct-Horse-7';
const secret = 'the-secret-of-the-hook';
/** The smallest that there is. */
const logPoll = { OKTA_LOG_POLL_SECONDS: '0.5' };
const rows: string[] = [];

/** Other customers for each kind of event: of those that one has doubted, Okta is asked for a while. */
const users = Array.from({ length: 3 * eventCount }, (_, index) => ({
  id: `00u${index}`.padEnd(20, 'x'),
  email: `customer-${index}@example.com`,
  password,
}));
const okta = await startEmbeddedOkta({ seed: { users } });
const { serviceClient, apiClient } = okta.seeded;
const basic = (id: string, key: string) => ({ authorization: `Basic ${btoa(`${id}:${key}`)}` });
const service = basic(serviceClient.clientId, serviceClient.clientSecret);

const started: ApiProcess[] = [];
/** Processes of one API, the first of which gets the deliveries of the hook. */
async function start(
  count: number,
  settings: Readonly<Record<string, string>>,
): Promise<readonly ApiProcess[]> {
  const all = { SERVICE_CLIENTS: `${serviceClient.clientId}:${serviceClient.clientSecret}` };
  for (let index = 0; index < count; index += 1) {
    started.push(
      await startProcess(okta, {
        ...all,
        OKTA_HOOK_SECRET: secret,
        RATE_LIMITS: 'off',
        ...settings,
      }),
    );
  }
  return started;
}

interface Session {
  readonly userId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function sessions(
  [api]: readonly ApiProcess[],
  customers: typeof users,
): Promise<readonly Session[]> {
  const opened: Session[] = [];
  for (const { id, email } of customers) {
    const answer = await api?.ask<LoggedIn>(logIn, { email, password });
    if (answer === undefined) throw new Error('There is no process.');
    opened.push({ userId: id, ...answer.logIn.tokens });
  }
  return opened;
}

/** Asks each process again and again. @returns when the last of them has said no */
async function untilOver(apis: readonly ApiProcess[], token: string): Promise<number> {
  const isActive = async (api: ApiProcess) => {
    const input = { token, freshness: 'LOCAL' };
    return (await api.ask<Validated>(validate, input, service)).validateToken.active;
  };
  await Promise.all(
    apis.map(async (api) => {
      while (await isActive(api)) await wait(5);
    }),
  );
  return performance.now();
}

interface Measured {
  readonly name: string;
  /** Which third of the customers. */
  readonly third: 0 | 1 | 2;
  /** Ends the token of a session; timed from before the call is sent. */
  readonly end: (session: Session) => Promise<unknown>;
  /** Events under way at a time. */
  readonly atATime: number;
}

async function measure(
  { name: layout, asked }: Layout,
  { name, third, end, atATime }: Measured,
): Promise<number> {
  const customers = users.slice(third * eventCount, (third + 1) * eventCount);
  const pending = [...(await sessions(asked, customers))];
  const lags: number[] = [];
  const lane = async () => {
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      // So that the events do not keep step with whatever goes on at regular times.
      await wait(Math.random() * 20 * atATime);
      const sentAt = performance.now();
      await end(next);
      lags.push((await untilOver(asked, next.accessToken)) - sentAt);
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  lags.sort((one, other) => one - other);
  const at = (share: number) => lags[Math.floor((lags.length - 1) * share)] ?? Number.NaN;
  const cells = [0.5, 0.99, 1].map((share) => `${Math.round(at(share))} ms`);
  rows.push(`| ${name} | ${layout} | ${lags.length} | ${cells.join(' | ')} |`);
  return at(0.99);
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((api) => api.stop()));
  await okta.reset();
});
afterAll(async () => {
  await okta.close();
  const head =
    '| From the event to `active: false`, with OKTA_LOG_POLL_SECONDS=0.5 | Instances | Events | p50 | p99 | Max |';
  process.stdout.write(
    `\n${[head, '| --- | --- | --- | --- | --- | --- |', ...rows].join('\n')}\n\n`,
  );
});

const atOkta = async (path: string) => {
  const { status } = await call(okta, ['POST', path]);
  expect(status).toBe(200);
};

const revoke = ({ accessToken }: Session) =>
  fetch(`${okta.issuer}/v1/revoke`, {
    method: 'POST',
    headers: basic(apiClient.clientId, apiClient.clientSecret),
    body: new URLSearchParams({ token: accessToken }),
  });

/** How the API runs, and how to reach each of its processes. */
interface Layout {
  readonly name: string;
  readonly asked: readonly ApiProcess[];
}

async function measureAll(layout: Layout): Promise<void> {
  const [first] = layout.asked;
  await okta.hooks.register({ url: first?.url.replace('graphql', 'hooks/okta') ?? '', secret });
  const loggedOut = await measure(layout, {
    name: 'log-out through this API',
    third: 0,
    end: async ({ refreshToken }) => first?.ask(logOut, { refreshToken }),
    atATime: 1,
  });
  expect(loggedOut).toBeLessThan(1_000);
  const revoked = await measure(layout, {
    name: 'token revoked at Okta (System Log, read every half second)',
    third: 1,
    end: revoke,
    atATime: 20,
  });
  expect(revoked).toBeLessThan(1_000);
  const suspended = await measure(layout, {
    name: 'customer suspended at Okta (event hook)',
    third: 2,
    end: async ({ userId }) => atOkta(`/api/v1/users/${userId}/lifecycle/suspend`),
    atATime: 1,
  });
  expect(suspended).toBeLessThan(1_000);
}

test('one process', async () => {
  await measureAll({ name: '1 process', asked: await start(1, logPoll) });
});

describeWithRedis('with Redis', () => {
  test('two workers', async () => {
    const redis = await startRedis();
    const [api] = await start(1, { ...logPoll, WORKERS: '2', REDIS_URL: redis.url });
    // Each asks over a connection of its own, and connections go to the workers in turn.
    const asked = api === undefined ? [] : [api, api, api, api];
    await measureAll({ name: '2 workers, Redis', asked });
    await redis.stop();
  });

  test('two processes', async () => {
    const redis = await startRedis();
    const asked = await start(2, { ...logPoll, REDIS_URL: redis.url });
    await measureAll({ name: '2 processes, Redis', asked });
    await redis.stop();
  });
});
