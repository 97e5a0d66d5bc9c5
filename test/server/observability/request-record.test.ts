import { expect, test } from 'vitest';
import { LogInDenied, UpstreamUnavailable } from '../../../src/identity/errors.ts';
import { RequestRecord } from '../../../src/server/observability/request-record.ts';

test('one cause of many failures is noted once', () => {
  const record = new RequestRecord([]);
  for (let i = 0; i < 100; i += 1) record.noteFailure(new UpstreamUnavailable());
  record.noteFailure(new LogInDenied('POLICY'));
  expect(record.failures).toMatchObject([
    { error: 'UpstreamUnavailable' },
    { error: 'LogInDenied' },
  ]);
});
