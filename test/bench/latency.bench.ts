import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, onTestFinished, test } from 'vitest';
import { cli } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';
import { type Latencies, medianOf, send } from './latency/load.ts';
import {
  answering,
  authorization,
  type Contender,
  installContenders,
  loadCore,
  pinned,
  start,
} from './validate/contenders.ts';
import { acceptedClientId, createSigningKey, startOrg } from './validate/org.ts';

const rounds = 5;
const seconds = 2;
const folder = mkdtempSync(`${tmpdir()}/okta-account-api-latency-`);
const file = (name: string) => fileURLToPath(new URL(`latency/${name}`, import.meta.url));

beforeAll(() => {
  spawnSync('taskset', ['-a', '-p', '-c', loadCore, String(process.pid)]);
});
afterAll(() => rmSync(folder, { recursive: true }));

function bodiesOf(name: string, bodies: readonly object[]): string {
  const path = `${folder}/${name}`;
  writeFileSync(path, `${bodies.map((body) => JSON.stringify(body)).join('\n')}\n`);
  return path;
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;
const row = (name: string, { perSecond, p50Ms, p99Ms, p999Ms }: Latencies) =>
  `| ${name} | ${Math.round(perSecond)} | ${ms(p50Ms)} | ${ms(p99Ms)} | ${ms(p999Ms)} |`;

test('validateToken at half of what each server can do', { timeout: 900_000 }, async () => {
  const org = await startOrg();
  onTestFinished(org.close);
  const tokens = await org.mintTokens(5_000);
  const query =
    'query Validate($token: String!) { validateToken(input: { token: $token }) { active reason subject userId expiresAt scopes clientId } }';
  const bodies = bodiesOf(
    'validate',
    tokens.map((token) => ({ query, variables: { token } })),
  );
  const launch = { node: process.execPath, folder: installContenders(), org };
  const names: readonly Contender[] = ['bare', 'ours', 'mercurius', 'yoga', 'apollo'];
  const load = { bodies, authorization, connections: 64, seconds };
  const running = new Map<Contender, { url: string; rate: number }>();
  for (const name of names) {
    const server = await start(name, launch);
    onTestFinished(server.stop);
    await send(server.url, { ...load, seconds: 4 });
    const { perSecond } = await send(server.url, load);
    running.set(name, { url: server.url, rate: Math.round(perSecond / 2) });
  }
  const measured = new Map<Contender, Latencies[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const { url, rate } = running.get(name) ?? { url: '', rate: 0 };
      measured.set(name, [...(measured.get(name) ?? []), await send(url, { ...load, rate })]);
    }
  }
  const rows = names.map((name) => row(name, medianOf(measured.get(name) ?? [])));
  print([
    '| at half rate | req/s | p50 | p99 | p99.9 |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ]);
});

/** What a log-in takes on top of Okta's own time, which the stub spends on each. */
const logIns = [
  { name: 'Okta 50 ms, 1 in flight', delayMs: 50, connections: 1 },
  { name: 'Okta 50 ms, 32 in flight', delayMs: 50, connections: 32 },
  { name: 'Okta 5 ms, 64 in flight', delayMs: 5, connections: 64 },
] as const;

test('logIn compared with a relay that does nothing else', { timeout: 900_000 }, async () => {
  const query =
    'mutation LogIn($input: LogInInput!) { logIn(input: $input) { __typename ... on LogInSuccess { tokens { accessToken refreshToken } } } }';
  const bodies = bodiesOf(
    'log-in',
    Array.from({ length: 500 }, (_, index) => ({
      query,
      variables: { input: { email: `customer-${index}@example.com`, password: 'Correct-Horse-7' } },
    })),
  );
  const lines = [
    '| log-in | server | per second | p50 over Okta | p99 over Okta |',
    '| --- | --- | --- | --- | --- |',
  ];
  for (const { name, delayMs, connections } of logIns) {
    const org = await startStub(delayMs);
    const servers = { ours: await startOurs(org), relay: await startRelay(org) };
    const measured = { ours: [] as Latencies[], relay: [] as Latencies[] };
    const load = { bodies, connections, seconds };
    for (const server of ['ours', 'relay'] as const)
      await send(servers[server], { ...load, seconds: 4 });
    for (let round = 0; round < rounds; round += 1) {
      for (const server of ['ours', 'relay'] as const) {
        measured[server].push(await send(servers[server], load));
      }
    }
    for (const server of ['ours', 'relay'] as const) {
      const { perSecond, p50Ms, p99Ms } = medianOf(measured[server]);
      lines.push(
        `| ${name} | ${server} | ${Math.round(perSecond)} | ${ms(p50Ms - delayMs)} | ${ms(p99Ms - delayMs)} |`,
      );
    }
  }
  print(lines);
});

async function startStub(delayMs: number): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const key = createSigningKey();
  const accessToken = await key.mint(0, `${url}/oauth2/default`);
  const [keys, tokens] = [`${folder}/keys-${port}`, `${folder}/tokens-${port}`];
  writeFileSync(keys, JSON.stringify(key.keySet));
  writeFileSync(
    tokens,
    JSON.stringify({
      token_type: 'Bearer',
      expires_in: 3600,
      access_token: accessToken,
      refresh_token: 'r'.repeat(43),
      scope: 'openid profile email offline_access',
    }),
  );
  const child = spawn('taskset', ['-c', loadCore, process.execPath, file('okta-stub.mjs')], {
    env: {
      PORT: `${port}`,
      DELAY_MS: `${delayMs}`,
      TOKENS: tokens,
      KEYS: keys,
      PATH: process.env['PATH'],
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  endWithTest(child);
  return url;
}

async function startOurs(org: string): Promise<string> {
  const port = await freePort();
  const child = pinned([process.execPath, '--max-semi-space-size=16', cli], {
    PORT: `${port}`,
    OKTA_ISSUER: `${org}/oauth2/default`,
    OKTA_CLIENT_ID: acceptedClientId,
    OKTA_CLIENT_SECRET: 'not-asked-for',
    OKTA_API_TOKEN: 'not-asked-for',
    RATE_LIMITS: 'off',
    METRICS_PORT: '0',
  });
  endWithTest(child);
  const url = `http://127.0.0.1:${port}/graphql`;
  await answering(url, child);
  return url;
}

async function startRelay(org: string): Promise<string> {
  const port = await freePort();
  endWithTest(pinned([process.execPath, file('relay.mjs')], { PORT: `${port}`, ORG: org }));
  await new Promise((resolve) => setTimeout(resolve, 500));
  return `http://127.0.0.1:${port}/graphql`;
}

function endWithTest(child: ChildProcess): void {
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
}

function print(lines: readonly string[]): void {
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
}
