import { expect, test } from 'vitest';
import {
  createMetricsCollector,
  type MetricsCollector,
} from '../../src/cluster/metrics-collector.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { exposition } from '../../src/metrics/snapshots.ts';

const request = {
  path: '/graphql',
  durationMs: 5,
  operations: [],
  outcomes: [],
  droppedHeaders: [],
  tokenRefusals: [],
  caller: null,
};

/** A worker that has answered some requests, and answers the primary unless it hangs. */
function addWorker(collector: MetricsCollector, requests: number, state = { hangs: false }) {
  const metrics = createMetrics('1.0.0');
  const serve = (count: number) => {
    for (let one = 0; one < count; one += 1) metrics.requestEnded({ ...request, status: 200 });
  };
  serve(requests);
  const worker = collector.add((round) => {
    if (state.hangs) return;
    void metrics.snapshot().then((snapshot) => worker.received(round, snapshot));
  });
  return { worker, serve, state };
}

const total = async (collector: MetricsCollector) => {
  const text = await exposition(await collector.collect());
  const name = 'okta_account_api_http_requests_total{path="/graphql",status="2xx"}';
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(name))
      ?.slice(name.length),
  );
};

test('the metrics of all workers are added up, and the counters of a worker stay when it exits', async () => {
  const collector = createMetricsCollector();
  const workers = [addWorker(collector, 3), addWorker(collector, 4)];
  expect(await total(collector)).toBe(7);
  workers[0]?.serve(2);
  expect(await total(collector)).toBe(9);
  for (const { worker } of workers) worker.exited();
  expect(await total(collector)).toBe(9);
  addWorker(collector, 1);
  expect(await total(collector)).toBe(10);
  const text = await exposition(await collector.collect());
  // Only of the worker that runs: gauges of workers that have exited are dropped.
  expect(text).toMatch(/^okta_account_api_build_info\{.*\} 1$/m);
});

test('a worker that exits ends the wait for its answer, and its last metrics count', async () => {
  const collector = createMetricsCollector();
  const steady = addWorker(collector, 3);
  const busy = addWorker(collector, 4);
  expect(await total(collector)).toBe(7);
  busy.state.hangs = true;
  steady.serve(1);
  const waiting = total(collector);
  busy.worker.exited();
  expect(await waiting).toBe(8);
});
