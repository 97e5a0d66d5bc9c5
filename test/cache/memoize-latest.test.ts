import { expect, test, vi } from 'vitest';
import { memoizeLatest } from '../../src/cache/memoize-latest.ts';

test('it is made at the first call, and anew when the value is another', () => {
  let current = 'first';
  const make = vi.fn((from: string) => ({ from }));
  const made = memoizeLatest(() => current, make);
  expect(make).not.toHaveBeenCalled();
  const first = made();
  expect(first).toEqual({ from: 'first' });
  expect(made()).toBe(first);
  current = 'second';
  expect(made()).toEqual({ from: 'second' });
  expect(make.mock.calls).toEqual([['first'], ['second']]);
});

test('what an earlier value gave is not kept', () => {
  let current = 'first';
  const made = memoizeLatest(
    () => current,
    (from) => ({ from }),
  );
  const first = made();
  current = 'second';
  made();
  current = 'first';
  expect(made()).not.toBe(first);
});
