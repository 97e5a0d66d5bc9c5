import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { BackgroundJob } from '../../src/graphql/base/context.ts';
import { UpstreamUnavailable } from '../../src/identity/errors.ts';
import type { CallContext } from '../../src/identity/model.ts';
import { createBackground } from '../../src/server/background.ts';
import { createProviderCalls } from '../../src/server/observability/provider-calls.ts';
import { catchLog } from '../support/log.ts';

const secret = 'a-secret-of-the-caller';
const shopper = { clientIp: '203.0.113.7', userAgent: null, deviceId: null, language: null };

function start(timeoutMs = 5_000) {
  const { log, lines, entries } = catchLog();
  const providerCalls = createProviderCalls();
  const background = createBackground({ log, providerCalls, timeoutMs });
  const request = new AbortController();
  const call: CallContext = { requestId: 'key-of-the-request', signal: request.signal, shopper };
  return {
    ...background,
    providerCalls,
    request,
    begin: (work: BackgroundJob['work']) =>
      background.start({ task: 'RESET_MAIL', work }, { requestId: 'ours', call }),
    lines: entries,
    text: () => lines.join('\n'),
  };
}

const untilEnded = ({ signal }: CallContext) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const forEver = () => new Promise<void>(() => {});

test('goes on after the request has ended, for its shopper, and logs a line with its calls', async () => {
  const { begin, request, providerCalls, settled, lines } = start();
  let given: CallContext | undefined;
  begin(async (call) => {
    given = call;
    await sleep(30);
    const { requestId } = call;
    const answer = { status: 200, durationMs: 1, oktaRequestId: 'okta-7', failure: null };
    providerCalls.observe({ requestId, endpoint: 'users/get', ...answer });
  });
  request.abort(new Error('the caller has gone'));
  await settled();
  expect(given?.shopper).toBe(shopper);
  expect(given?.signal.aborted).toBe(false);
  expect(lines()).toMatchObject([
    {
      level: 'info',
      event: 'background',
      requestId: 'ours',
      task: 'RESET_MAIL',
      failure: null,
      durationMs: expect.any(Number),
      providerCalls: [{ endpoint: 'users/get', oktaRequestId: 'okta-7' }],
    },
  ]);
});

test.each([
  [new UpstreamUnavailable({ cause: new TypeError(secret) }), 'UpstreamUnavailable'],
  [new Error(secret, { cause: secret }), 'Error'],
  [secret, 'string'],
])('a failure is logged by names alone, and reaches no one else: %#', async (thrown, error) => {
  const { begin, settled, lines, text } = start();
  begin(() => Promise.reject(thrown));
  await settled();
  expect(lines()).toMatchObject([{ level: 'warn', failure: { error } }]);
  expect(text()).not.toContain(secret);
});

test.each([
  ['heeds its signal', untilEnded],
  ['does not', forEver],
])('ends at its deadline, whether it %s', async (_, work) => {
  const { begin, settled, lines } = start(40);
  begin(work);
  await settled();
  expect(lines()).toMatchObject([{ failure: { error: 'CutOff', reason: 'DEADLINE' } }]);
});

test('is waited for until the end of the drain, and not longer; what begins then ends at once', async () => {
  const { begin, settled, drain, lines } = start();
  begin(() => sleep(40));
  begin(forEver);
  drain(80);
  const startedAt = performance.now();
  await settled();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  begin(forEver);
  await settled();
  const stopped = { failure: { reason: 'SHUTDOWN' } };
  expect(lines()).toMatchObject([{ failure: null }, stopped, stopped]);
});

test('waits for what began meanwhile, too', async () => {
  const { begin, settled, lines } = start();
  begin(async () => {
    await sleep(20);
    begin(() => sleep(20));
  });
  await settled();
  expect(lines()).toHaveLength(2);
});
