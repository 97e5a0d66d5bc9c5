import { expect, test } from 'vitest';
import { LogInDenied, UpstreamUnavailable } from '../../../src/identity/errors.ts';
import { failureOf } from '../../../src/server/observability/failure.ts';

const secret = 'hunter2';
const coded = (code: unknown, cause?: unknown) =>
  Object.assign(new TypeError(secret, { cause }), { code });

test('a failure is logged by its class and those of its causes, with their codes', () => {
  const error = new UpstreamUnavailable({ cause: coded('ECONNREFUSED', new Error(secret)) });
  expect(failureOf(error)).toEqual({
    error: 'UpstreamUnavailable',
    reason: null,
    causes: ['TypeError ECONNREFUSED', 'Error'],
  });
});

test('a timeout is logged as one', async () => {
  const signal = AbortSignal.timeout(1);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  expect(failureOf(signal.reason)).toMatchObject({ error: 'TimeoutError', causes: [] });
});

test('the code of a library is logged', () => {
  expect(failureOf(coded('ECONNREFUSED'))).toMatchObject({ reason: 'ECONNREFUSED' });
});

const refusedByRedis = (message: string) =>
  Object.assign(new Error(message), { name: 'ReplyError' });

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", 'OOM'],
  ["READONLY You can't write against a read only replica. script: 1", 'READONLY'],
  ['NOAUTH Authentication required.', 'NOAUTH'],
  ['MISCONF Redis is configured to save RDB snapshots', 'MISCONF'],
  ['MOVED 3999 127.0.0.1:6381', 'MOVED'],
  ['CLUSTERDOWN Hash slot not served', 'CLUSTERDOWN'],
  ['ERR unknown command', 'ERR'],
  ['ERR Error running script (call to f_1): @user_script:2: -OOM command not allowed', 'OOM'],
  ['hunter2 is no code', null],
])('what Redis refuses with %j is reported by its code', (message, reason) => {
  expect(failureOf(refusedByRedis(message)).reason).toBe(reason);
  expect(failureOf(new Error(message)).reason).toBeNull();
});

test('a reason is logged where the error has one out of a closed set', () => {
  expect(failureOf(new LogInDenied('NOT_ASSIGNED'))).toEqual({
    error: 'LogInDenied',
    reason: 'NOT_ASSIGNED',
    causes: [],
  });
});

test.each([[secret], ['Hunter 2'], ['A'.repeat(50)], [7], [{ toString: () => secret }], [null]])(
  'what does not look like a code is left out: %j',
  (code) => {
    const error = Object.assign(coded(code, coded(code)), { reason: code });
    expect(failureOf(error)).toEqual({ error: 'TypeError', reason: null, causes: ['TypeError'] });
  },
);

test.each([[secret], [undefined], [null], [7]])('even %j may be thrown', (thrown) => {
  expect(failureOf(thrown)).toEqual({ error: typeof thrown, reason: null, causes: [] });
});

test('a cause may be its own cause', () => {
  const error = new Error(secret);
  error.cause = error;
  expect(failureOf(error).causes).toHaveLength(4);
});
