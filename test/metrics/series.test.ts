import { Counter, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { countingSeries } from '../../src/metrics/series.ts';

test('beyond 199 series of a metric the others are counted as one', async () => {
  const registry = new Registry();
  const labelNames = ['one', 'two'];
  const counter = new Counter({ name: 'tries', help: 'Tries.', labelNames, registers: [registry] });
  const count = countingSeries(counter);
  for (let round = 0; round < 2; round += 1) {
    for (let one = 0; one < 30; one += 1) {
      for (let two = 0; two < 30; two += 1) count(`${one}`, `${two}`);
    }
  }
  const { values } = await counter.get();
  expect(values).toHaveLength(200);
  const others = values.find(({ labels }) => labels['one'] === 'other');
  expect(others?.value).toBe(2 * (900 - 199));
  expect(values.find(({ labels }) => labels['one'] === '0')?.value).toBe(2);
});
