import { expect, test } from 'vitest';
import { createUnknownKids } from '../../../src/tokens/keys/unknown-kids.ts';

test('1,000 key ids are remembered, and the oldest go', () => {
  const missed = createUnknownKids();
  const longId = (id: number) => `${id}${'x'.repeat(5_000)}`;
  for (let id = 0; id < 1_001; id += 1) expect(missed.add(longId(id), 1)).toBe(1);
  expect(missed.add(longId(1_000), 2)).toBe(1);
  expect(missed.add(longId(1), 2)).toBe(1);
  expect(missed.add(longId(0), 2)).toBe(2);
});
