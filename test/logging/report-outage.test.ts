import { expect, test, vi } from 'vitest';
import { reportOutage } from '../../src/logging/report-outage.ts';

test('each reason of an outage is reported once, though they take turns, and so is the end', () => {
  const report = vi.fn();
  const note = reportOutage<string>((failure) => failure.split(' ')[0] ?? '', report);
  note(null);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    note(`ECONNREFUSED ${attempt}`);
    note(`SENTINELS_UNREACHABLE ${attempt}`);
  }
  note(null);
  note(null);
  note('ECONNREFUSED again');
  expect(report.mock.calls.flat()).toEqual([
    'ECONNREFUSED 1',
    'SENTINELS_UNREACHABLE 1',
    null,
    'ECONNREFUSED again',
  ]);
});
