import { expect, test, vi } from 'vitest';
import { reportChanges } from '../../src/logging/report-changes.ts';

test('a state is reported when it changes, and not while it stays the same', () => {
  const report = vi.fn();
  const state = reportChanges<string | null, string>(null, report);
  state(null, 'works');
  state('ECONNREFUSED', 'first failure');
  state('ECONNREFUSED', 'second failure');
  state('ETIMEDOUT', 'another failure');
  state(null, 'works again');
  expect(report.mock.calls).toEqual([
    ['ECONNREFUSED', 'first failure'],
    ['ETIMEDOUT', 'another failure'],
    [null, 'works again'],
  ]);
});
