import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type AccountBackend, createAccountBackend } from '../../src/clients/backend/index.ts';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';
import { call } from '../embedded/call.ts';
import { type ApiProcess, startProcess } from './processes.ts';
import { authorization, install, loadCore, start } from './validate/contenders.ts';
import { startOrg } from './validate/org.ts';

const path = (name: string) => fileURLToPath(new URL(`./backend/${name}`, import.meta.url));
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const count = (value: number) => Math.round(value).toLocaleString('en');

const packages = [
  '@okta/jwt-verifier@4.0.2',
  'express-oauth2-jwt-bearer@1.10.0',
  'jose@6.2.17',
  'lru-cache@11.5.3',
  'undici@7.30.2',
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Into the page, where the name has a place in it. */
function report(name: string, content: string): void {
  process.stdout.write(`\n${content}\n\n`);
  const page = new URL('../../docs/backend.md', import.meta.url);
  const place = new RegExp(
    `(<!-- bench:${name}:start -->\n)[\\s\\S]*?(<!-- bench:${name}:end -->)`,
  );
  const before = readFileSync(page, 'utf8');
  writeFileSync(
    page,
    before.replace(place, (_, head, end) => `${head}${content}\n${end}`),
  );
}

function buildPackage(): void {
  execFileSync('npm', ['run', '--silent', 'build', '-w', 'okta-account-backend']);
}

/** The script alone on a core. */
async function run(script: string, args: readonly string[], input = ''): Promise<string> {
  const command = ['-c', loadCore, process.execPath, '--expose-gc', path(script), ...args];
  const child = spawn('taskset', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(`${script} failed.`);
  return output;
}

test('validations a second, compared with other ways', { timeout: 600_000 }, async () => {
  buildPackage();
  const org = await startOrg();
  onTestFinished(org.close);
  const folder = install('okta-account-api-bench-backend', packages);
  const api = await start('ours', { node: process.execPath, folder, org });
  onTestFinished(api.stop);
  const tokens = await org.mintTokens(20_000);
  const introspect = api.url.replace('graphql', 'introspect');
  const output = await run(
    'speed.mjs',
    [folder, org.issuer, introspect, authorization],
    tokens.join('\n'),
  );
  const results: readonly [string, readonly number[]][] = JSON.parse(output);
  const perSecond = new Map(results.map(([name, values]) => [name, median(values)]));
  const of = (start: string) =>
    [...perSecond].find(([name]) => name.startsWith(start))?.[1] ?? Number.NaN;
  const uncached = of('jose, not cached');
  report(
    'speed',
    table(
      [
        `Node ${process.versions.node}, one core`,
        'a second',
        'least to most',
        'of jose, not cached',
      ],
      results.map(([name, values]) => [
        name,
        count(median(values)),
        `${count(Math.min(...values))} to ${count(Math.max(...values))}`,
        (median(values) / uncached).toLocaleString('en', { maximumSignificantDigits: 2 }),
      ]),
    ),
  );
  expect(of('okta-account-backend, one string')).toBeGreaterThan(1_000_000);
  expect(of('okta-account-backend, 1,000')).toBeGreaterThan(700_000);
  // Both for one string.
  expect(of('okta-account-backend, one string')).toBeGreaterThan(100 * uncached);
});

test('memory of 100,000 verdicts', { timeout: 120_000 }, async () => {
  buildPackage();
  const { tokens, megabytes } = JSON.parse(await run('memory.mjs', []));
  report(
    'memory',
    `${count(tokens)} verdicts of as many customers take ${Math.round(megabytes)} MB.`,
  );
  expect(tokens).toBe(100_000);
});

const password = 'Correct-Horse-7';
const secret = 'the-secret-of-the-hook';
const perKind = 100;
const kinds = [
  'log-out through the API',
  'event hook: suspended at Okta',
  'System Log: token revoked at Okta',
] as const;

const logIn = `mutation ($input: LogInInput!) {
  logIn(input: $input) { ... on LogInSuccess { tokens { accessToken refreshToken } } }
}`;
const logOut = `mutation ($input: LogOutInput!) { logOut(input: $input) { __typename } }`;

interface Session {
  readonly userId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function open(
  api: ApiProcess,
  { id, email }: { readonly id: string; readonly email: string },
): Promise<Session> {
  const answer = await api.ask<{ logIn: { tokens: Omit<Session, 'userId'> } }>(logIn, {
    email,
    password,
  });
  return { userId: id, ...answer.logIn.tokens };
}

/** @returns how long it took until the last of the backends refused the token, in milliseconds */
async function lagOf(
  backends: readonly AccountBackend[],
  { accessToken }: Session,
  end: () => Promise<unknown>,
): Promise<number> {
  const sentAt = performance.now();
  const ended = end();
  await Promise.all(
    backends.map(async (backend) => {
      while ((await backend.validate(accessToken)).ok) await wait(2);
    }),
  );
  const lag = performance.now() - sentAt;
  await ended;
  return lag;
}

test('from a revocation to the refusal in every backend', { timeout: 600_000 }, async () => {
  const rows: string[][] = [];
  const slowest: number[] = [];
  for (const size of [1, 20]) {
    const users = Array.from({ length: kinds.length * perKind }, (_, index) => ({
      id: `00u${index}`.padEnd(20, 'x'),
      email: `customer-${index}@example.com`,
      password,
    }));
    const okta = await startEmbeddedOkta({ seed: { users } });
    const { serviceClient, apiClient } = okta.seeded;
    const service = { id: serviceClient.clientId, secret: serviceClient.clientSecret };
    const api: ApiProcess = await startProcess(okta, {
      SERVICE_CLIENTS: `${service.id}:${service.secret}`,
      OKTA_HOOK_SECRET: secret,
      OKTA_LOG_POLL_SECONDS: '0.5',
      RATE_LIMITS: 'off',
    });
    const url = new URL(api.url).origin;
    await okta.hooks.register({ url: `${url}/hooks/okta`, secret });
    const backends = Array.from({ length: size }, () =>
      createAccountBackend({ url, service, maxStaleSeconds: 30 }),
    );
    const revoke = ({ accessToken }: Session) =>
      fetch(`${okta.issuer}/v1/revoke`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${apiClient.clientId}:${apiClient.clientSecret}`)}`,
        },
        body: new URLSearchParams({ token: accessToken }),
      });
    const ends = [
      ({ refreshToken, accessToken }: Session) =>
        api.ask(logOut, { refreshToken }, { authorization: `Bearer ${accessToken}` }),
      ({ userId }: Session) => call(okta, ['POST', `/api/v1/users/${userId}/lifecycle/suspend`]),
      revoke,
    ];
    for (const [kind, end] of ends.entries()) {
      const lags: number[] = [];
      // The log is read at regular times, so most of the time passes by waiting.
      const isPolled = end === revoke;
      const pending = users.slice(kind * perKind, (kind + 1) * perKind);
      const lane = async () => {
        for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
          const session = await open(api, next);
          await Promise.all(backends.map((backend) => backend.validate(session.accessToken)));
          // So that the events do not keep step with whatever goes on at regular times.
          await wait(Math.random() * (isPolled ? 500 : 50));
          lags.push(await lagOf(backends, session, () => end(session)));
        }
      };
      await Promise.all(Array.from({ length: isPolled ? 4 : 1 }, lane));
      lags.sort((one, other) => one - other);
      const at = (share: number) => lags[Math.floor((lags.length - 1) * share)] ?? Number.NaN;
      const figures = [0.5, 0.99, 1].map((share) => `${Math.round(at(share))} ms`);
      rows.push([kinds[kind] ?? '', String(size), String(lags.length), ...figures]);
      slowest.push(at(0.99));
    }
    for (const backend of backends) backend.close();
    await api.stop();
    await okta.close();
  }
  report(
    'lag',
    table(
      [
        'From the event to the refusal by the last backend',
        'Backends',
        'Events',
        'p50',
        'p99',
        'Most',
      ],
      rows,
    ),
  );
  expect(Math.max(...slowest)).toBeLessThan(1_000);
});
