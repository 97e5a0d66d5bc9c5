import { expect, test } from 'vitest';
import { createMeasurement, type Measurement } from '../../src/cluster/metrics-collector.ts';
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
function join(measurement: Measurement, requests: number, state = { hangs: false }) {
  const metrics = createMetrics('1.0.0');
  const serve = (count: number) => {
    for (let one = 0; one < count; one += 1) metrics.requestEnded({ ...request, status: 200 });
  };
  serve(requests);
  const measured = measurement.join((round) => {
    if (state.hangs) return;
    void metrics.snapshot().then((figures) => measured.answered(round, figures));
  });
  return { measured, serve, state };
}

const total = async (measurement: Measurement) => {
  const text = await exposition(await measurement.take());
  const name = 'okta_account_api_http_requests_total{path="/graphql",status="2xx"}';
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(name))
      ?.slice(name.length),
  );
};

test('the figures of all workers are added up, and what one has counted stays when it ends', async () => {
  const measurement = createMeasurement();
  const workers = [join(measurement, 3), join(measurement, 4)];
  expect(await total(measurement)).toBe(7);
  workers[0]?.serve(2);
  expect(await total(measurement)).toBe(9);
  for (const { measured } of workers) measured.ended();
  expect(await total(measurement)).toBe(9);
  join(measurement, 1);
  expect(await total(measurement)).toBe(10);
  const text = await exposition(await measurement.take());
  // Of the one that runs: those that have ended take no memory.
  expect(text).toMatch(/^okta_account_api_build_info\{.*\} 1$/m);
});

test('a worker that hangs or ends is waited for no longer, and counts as it did', async () => {
  const measurement = createMeasurement();
  const steady = join(measurement, 3);
  const busy = join(measurement, 4);
  expect(await total(measurement)).toBe(7);
  busy.state.hangs = true;
  steady.serve(1);
  const waiting = total(measurement);
  busy.measured.ended();
  expect(await waiting).toBe(8);
});
