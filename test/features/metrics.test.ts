import { readFileSync } from 'node:fs';
import * as yaml from 'js-yaml';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  LogInDocument,
  LogOutDocument,
  MeDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { gql, send } from '../server/tiny.ts';
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer, logIn } from './flows.ts';

const hookSecret = 'a-secret-of-the-hook';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ metrics: true, limits: true, secrets: { hookSecrets: [hookSecret] } });
});
afterAll(() => stack.close());

const prefix = 'okta_account_api_';
/** Of one series; undefined: there is none. */
const figureOf = (text: string, series: string) => {
  const line = text.split('\n').find((one) => one.startsWith(`${prefix}${series} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};

test('operations, calls to Okta and caches are counted where they happen', async () => {
  const { accessToken, refreshToken } = await logIn(stack);
  const { email } = stack.okta.seeded.customer;
  await stack.gql(LogInDocument, { input: { email, password: 'wrong' } });
  await stack.gql(MeDocument, {}, bearer(accessToken));
  await stack.gql(MeDocument, {}, bearer(accessToken));
  const input = { token: accessToken, freshness: 'INTROSPECT' } as const;
  await stack.gql(ValidateTokenDocument, { input }, { authorization: stack.basic });
  await stack.gql(ValidateTokenDocument, { input });
  await stack.gql(LogOutDocument, { input: { refreshToken } }, { 'x-client-ip': 'unknown' });
  await send(stack.url, {
    path: '/introspect',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: stack.basic,
    },
    body: 'token=nonsense',
  });
  await send(stack.url, { path: '/hooks/okta', headers: { authorization: 'wrong' }, body: '{}' });

  const text = await stack.scrape();
  const expected: Record<string, number> = {
    'http_requests_total{path="/graphql",status="2xx"}': 7,
    'http_requests_total{path="/hooks/okta",status="4xx"}': 1,
    'operations_total{operation="logIn",outcome="LogInSuccess"}': 1,
    'operations_total{operation="logIn",outcome="InvalidCredentials"}': 1,
    'operations_total{operation="me",outcome="OK"}': 2,
    'operations_total{operation="validateToken",outcome="CALLER_UNAUTHENTICATED"}': 1,
    'operations_total{operation="/introspect",outcome="REVOKED"}': 1,
    'errors_total{code="CALLER_UNAUTHENTICATED"}': 1,
    'operation_duration_seconds_count{operation="logIn"}': 2,
    'hook_deliveries_total{result="unauthorized"}': 1,
    'dropped_headers_total{header="x-client-ip",caller="anonymous"}': 1,
    'okta_calls_total{endpoint="token/password",result="ok"}': 1,
    'okta_calls_total{endpoint="token/password",result="refused"}': 1,
    'okta_call_duration_seconds_count{endpoint="token/password"}': 2,
    'okta_circuit{bucket="token",state="CLOSED"}': 1,
    'okta_connections_in_use{lane="logIn"}': 0,
    'profile_reads_total{result="miss"}': 1,
    introspections_total: 2,
    'cache_entries{cache="introspections"}': 1,
    'cache_entries{cache="token_claims"}': 1,
    'cache_entries{cache="refresh_ends"}': 1,
    'cache_entries{cache="steps"}': 0,
    'cache_entries{cache="unsent_events"}': 0,
    'cache_entries{cache="queries_seen"}': 4,
    'document_cache_entries{cache="parsed"}': 3,
    'document_cache_entries{cache="persisted"}': 0,
    'document_cache_entries{cache="compiled"}': 0,
    'document_cache_entries{cache="compiled_of_anyone"}': 0,
    'issuer_key_loads_total{result="ok"}': 1,
    'issuer_key_loads_total{result="failed"}': 0,
    'limits_total{kind="PASSWORD",scope="none",result="allowed"}': 2,
    'refreshes_total{result="made"}': 0,
  };
  const found = Object.keys(expected).map((series) => [series, figureOf(text, series)]);
  expect(Object.fromEntries(found)).toEqual(expected);
  expect(figureOf(text, 'okta_rate_limit_remaining{bucket="token"}')).toBeGreaterThan(0);
  expect(figureOf(text, 'account_events_published_total')).toBeGreaterThan(0);
  expect(figureOf(text, 'revocations_entries')).toBeGreaterThan(0);
  expect(figureOf(text, 'cache_entries{cache="limit_counts"}')).toBeGreaterThan(0);
  expect(figureOf(text, 'document_cache_bytes{cache="parsed"}')).toBeGreaterThan(1_000);
  expect(figureOf(text, 'issuer_keys_age_seconds')).toBeGreaterThanOrEqual(0);
  expect(figureOf(text, 'redis_up')).toBeUndefined();
  expect(text).toMatch(/^okta_account_api_build_info\{version="\d+\.\d+\.\d+",node="v\d/m);
});

test('whatever callers send, no metric has 200 series or contains their text', async () => {
  const names = ['me', 'users', 'validateToken', 'logIn', 'accountConfig', 'canaryField'];
  for (let round = 0; round < 60; round += 1) {
    const name = names[round % names.length];
    await gql(stack.url, `query canary${round} { canary${round}: ${name} { canary${round} } }`);
    await gql(stack.url, `{ canary${round}: __typename canary: accountConfig { __typename } }`);
    await send(stack.url, { method: 'GET', path: `/canary${round}?canary` });
    await send(stack.url, { method: `POST`, path: '/graphql', body: `canary${round}` });
    const status = 400 + round;
    const undo = stack.okta.fail({
      path: '/',
      fault: { kind: 'answer', status, headers: {}, body: `{"error":"canary${round}"}` },
    });
    const input = { email: `canary${round}@example.com`, password: `canary${round}` };
    await stack.gql(LogInDocument, { input });
    undo();
  }
  const text = await stack.scrape();
  expect(text).not.toContain('canary');
  const series = new Map<string, Set<string>>();
  for (const line of text.split('\n').filter((one) => !one.startsWith('#') && one !== '')) {
    const [, metric = '', labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    const bare = labels.replace(/,?le="[^"]*"/, '');
    series.set(metric, (series.get(metric) ?? new Set()).add(bare));
  }
  expect(series.size).toBeGreaterThan(50);
  for (const [metric, labels] of series) expect(labels.size, metric).toBeLessThan(200);
}, 60_000);

test('the age of the last revocations from Okta is a metric from the start, however long it is', async () => {
  const series = 'revocation_feed_complete_timestamp_seconds';
  const undo = stack.okta.fail({ path: '/api/v1/logs', fault: { kind: 'reset', when: 'before' } });
  onTestFinished(undo);
  const startedAt = stack.clock.now();
  const deaf = await startStack({ beside: stack, metrics: true, events: { logPollSeconds: 1 } });
  onTestFinished(deaf.close);
  stack.clock.advance(10 * 60_000);
  const text = await deaf.scrape();
  expect(figureOf(text, 'revocation_feed_lag_seconds')).toBeUndefined();
  expect(figureOf(text, series)).toBeGreaterThanOrEqual(startedAt / 1000);
  expect(figureOf(text, series)).toBeLessThan(startedAt / 1000 + 60);
  undo();
  const told = async () => figureOf(await deaf.scrape(), series);
  await expect.poll(told, { timeout: 10_000 }).toBeGreaterThan(startedAt / 1000 + 60);
  expect(figureOf(await stack.scrape(), series)).toBeUndefined();
});

const deploy = (file: string) =>
  readFileSync(new URL(`../../deploy/${file}`, import.meta.url), 'utf8');
const seriesIn = (text: string) => new Set(text.match(/\b(okta_account_api|nodejs|process)_\w+/g));

describeWithRedis('with a Redis', () => {
  let redis: RedisServer;
  let full: Stack;
  beforeAll(async () => {
    redis = await startRedis();
    full = await startStack({
      ...{ metrics: true, limits: true, redisUrl: redis.url },
      events: { logPollSeconds: 1 },
    });
  });
  afterAll(async () => {
    await full.close();
    await redis.stop();
  });

  test('the dashboard and the alerts use only series that exist', async () => {
    await logIn(full);
    const lag = `${prefix}revocation_feed_lag_seconds `;
    await expect.poll(() => full.scrape(), { timeout: 10_000 }).toContain(`\n${lag}`);
    const text = await full.scrape();
    expect(figureOf(text, 'redis_up')).toBe(1);
    const names = new Set(text.match(/^# TYPE \w+/gm)?.map((line) => line.slice(7)));
    const files = ['grafana/dashboard.json', 'prometheus/alerts.yaml'].map(deploy);
    for (const file of files) {
      const asked = seriesIn(file);
      expect(asked.size).toBeGreaterThan(5);
      for (const one of asked) expect(names).toContain(one.replace(/_(bucket|sum|count)$/, ''));
    }
  });
});

test('every alert says how long to wait, how bad it is and what to do', () => {
  const { groups } = yaml.load(deploy('prometheus/alerts.yaml')) as {
    groups: { rules: { alert: string; for?: string; labels: object; annotations: object }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThan(5);
  for (const rule of rules) {
    expect(rule).toMatchObject({
      alert: expect.stringMatching(/^OktaAccountApi/),
      for: expect.stringMatching(/^\d+[ms]$/),
      labels: { severity: expect.stringMatching(/^(warning|critical)$/) },
      annotations: { summary: expect.any(String), description: expect.any(String) },
    });
  }
  const dashboard = JSON.parse(deploy('grafana/dashboard.json')) as { panels: { title: string }[] };
  const titles = dashboard.panels.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});
