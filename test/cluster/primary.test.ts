import { expect, test } from 'vitest';
import { delayBeforeReplacing } from '../../src/cluster/primary.ts';

test('a worker that has served for a while is replaced at once, and any other after a second', () => {
  expect(delayBeforeReplacing({ served: true, livedMs: 10_000 })).toBe(0);
  expect(delayBeforeReplacing({ served: true, livedMs: 9_999 })).toBe(1_000);
  expect(delayBeforeReplacing({ served: false, livedMs: 60_000 })).toBe(1_000);
});
