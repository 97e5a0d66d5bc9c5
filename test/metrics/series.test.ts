import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { measureRequests } from '../../src/metrics/requests.ts';
import { countByLabel, countByLabels } from '../../src/metrics/series.ts';

test('beyond the most series of a metric the others are counted as one', async () => {
  const registry = new Registry();
  const labelNames = ['one', 'two'];
  const tries = { name: 'tries', help: 'Tries.', labelNames, registers: [registry] };
  const count = countByLabels(tries, 199);
  for (let round = 0; round < 2; round += 1) {
    for (let one = 0; one < 30; one += 1) {
      for (let two = 0; two < 30; two += 1) count(`${one}`, `${two}`);
    }
  }
  const { values } = (await registry.getSingleMetric('tries')?.get()) ?? { values: [] };
  expect(values).toHaveLength(200);
  const others = values.find(({ labels }) => labels['one'] === 'other');
  expect(others?.value).toBe(2 * (900 - 199));
  expect(values.find(({ labels }) => labels['one'] === '0')?.value).toBe(2);
});

test('what is counted is added once, however often it is read', async () => {
  const registry = new Registry();
  const count = countByLabel({
    name: 'tries',
    help: 'Tries.',
    labelNames: ['one'],
    registers: [registry],
  });
  const read = async () => (await registry.getSingleMetric('tries')?.get())?.values[0]?.value;
  count('a');
  count('a');
  expect([await read(), await read()]).toEqual([2, 2]);
  count('a');
  expect(await read()).toBe(3);
});

test('how operations end is counted by 999 pairs, which are more than there are', async () => {
  const registry = new Registry();
  const ended = measureRequests(registry);
  const operations = Array.from({ length: 1_100 }, (_, index) => ({
    field: `field${Math.floor(index / 40)}`,
    outcome: `outcome${index % 40}`,
  }));
  const request = { path: '/graphql', status: 200, durationMs: 1, caller: null };
  ended({ ...request, operations, outcomes: [], droppedHeaders: [], tokenRefusals: [] });
  const metric = registry.getSingleMetric('okta_account_api_operations_total');
  const { values } = (await metric?.get()) ?? { values: [] };
  expect(values).toHaveLength(1_000);
  expect(values.find(({ labels }) => labels['operation'] === 'other')?.value).toBe(101);
});
