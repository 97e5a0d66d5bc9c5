import { afterAll, expect, test } from 'vitest';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';
import { startProcess } from './processes.ts';

const logIn = `mutation ($input: LogInInput!) {
  logIn(input: $input) { ... on LogInSuccess { tokens { accessToken } } }
}`;
const validate = `query ($input: ValidateTokenInput!) {
  validateToken(input: $input) { active user { id email } }
}`;

interface LoggedIn {
  readonly logIn: { readonly tokens: { readonly accessToken: string } };
}
interface Validated {
  readonly validateToken: {
    readonly active: boolean;
    readonly user: { readonly id: string; readonly email: string };
  };
}

const validations = 5_000;
const lanes = 64;
const latencyMs = 50;
const customers = Array.from({ length: 500 }, (_, index) => ({
  id: `00ucrowd${String(index).padStart(12, '0')}`,
  email: `customer-${index}@example.com`,
  password: 'Correct-Horse-7',
}));
const service = { id: 'bench', secret: 'a-secret-of-the-bench' };
const authorization = `Basic ${Buffer.from(`${service.id}:${service.secret}`).toString('base64')}`;
const rows: string[] = [];

const okta = await startEmbeddedOkta({ seed: { users: customers } });
const api = await startProcess(okta, {
  SERVICE_CLIENTS: `${service.id}:${service.secret}`,
  // So that no profile is read anew while the machine is slow.
  PROFILE_TTL_SECONDS: '600',
  // All customers log in from one address.
  RATE_LIMITS: 'off',
});
afterAll(async () => {
  await api.stop();
  await okta.close();
  const head =
    '| 5,000 validations with `user`, 500 customers, 64 at a time, 50 ms to Okta | Calls | Ids | Ids per call | Most calls for one customer | p50 | p99 |';
  process.stdout.write(
    `\n${[head, '| --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n')}\n\n`,
  );
});

/** So many at a time, until all are done. */
async function inLanes(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Numerical Recipes' linear congruential generator: the same order each time. */
function shuffledCustomers(): readonly number[] {
  let state = 7;
  return Array.from({ length: validations }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * customers.length);
  });
}

/** The ids that Okta was asked for, call by call. */
function reads(): readonly (readonly string[])[] {
  return okta.requests
    .all()
    .filter(({ method, path }) => method === 'GET' && path === '/api/v1/users')
    .map(({ query }) => decodeURIComponent(query).match(/00ucrowd\d+/g) ?? []);
}

async function run(name: string, tokens: readonly string[]) {
  okta.requests.clear();
  const order = shuffledCustomers();
  const ms: number[] = [];
  await inLanes(validations, async (index) => {
    const customer = order[index] ?? 0;
    const startedAt = performance.now();
    const input = { token: tokens[customer] ?? '' };
    const { validateToken } = await api.ask<Validated>(validate, input, { authorization });
    ms.push(performance.now() - startedAt);
    const { id, email } = customers[customer] ?? {};
    expect(validateToken).toEqual({ active: true, user: { id, email } });
  });
  const calls = reads();
  const ids = calls.flat();
  const most = Math.max(0, ...customers.map(({ id }) => ids.filter((each) => each === id).length));
  ms.sort((one, other) => one - other);
  const at = (share: number) => `${Math.round(ms[Math.floor((ms.length - 1) * share)] ?? 0)} ms`;
  const sizes = calls.map(({ length }) => length).join(' ');
  rows.push(
    `| ${name} | ${calls.length} | ${ids.length} | ${sizes} | ${most} | ${at(0.5)} | ${at(0.99)} |`,
  );
  return { calls: calls.length, ids: ids.length, most, asked: new Set(order).size };
}

test('each customer is asked for once, and not at all once all are known', async () => {
  const tokens: string[] = [];
  await inLanes(customers.length, async (index) => {
    const { email, password } = customers[index] ?? {};
    const answer = await api.ask<LoggedIn>(logIn, { email, password });
    tokens[index] = answer.logIn.tokens.accessToken;
  });
  okta.fail({ path: '/api/v1/users', fault: { kind: 'delay', ms: latencyMs } });
  const cold = await run('cold', tokens);
  expect(cold).toMatchObject({ ids: cold.asked, most: 1 });
  // Not more than 64 can ask at a time.
  expect(cold.calls).toBeGreaterThanOrEqual(Math.ceil(cold.asked / lanes));
  const warm = await run('warm', tokens);
  expect(warm).toMatchObject({ calls: 0, ids: 0 });
});
