import { expect, test } from 'vitest';
import { UpstreamUnavailable } from '../../../src/identity/errors.ts';
import { failureOf } from '../../../src/server/observability/failure.ts';
import { describe } from '../../../src/server/observability/logger.ts';
import { readableLine } from '../../../src/server/observability/readable-lines.ts';

const time = '2026-01-02T03:04:05.678Z';
const clock = new Date(time).toTimeString().slice(0, 8);
const read = (line: object, hasColors = false) =>
  readableLine(`${JSON.stringify({ level: 'info', time, ...line })}\n`, { hasColors });
const request = {
  event: 'request',
  path: '/graphql',
  operationType: 'mutation',
  operationName: 'LogIn',
  fields: ['logIn'],
  outcomes: ['LogInSuccess'],
  caller: null,
  status: 200,
  requestId: '5f2c',
  durationMs: 43,
  providerCalls: [{ endpoint: 'token/password', status: 200, durationMs: 38, failure: null }],
  msg: 'The request ended.',
};

test('a request is one short line: when, what, how it ended, how long it took, and its id', () => {
  expect(read(request)).toBe(`${clock} logIn LogInSuccess 43 ms req=5f2c\n`);
});

test('a request without fields is named by its path and status', () => {
  const probe = { ...request, path: '/ready', fields: [], outcomes: [], status: 503 };
  expect(read(probe)).toBe(`${clock} /ready 503 43 ms req=5f2c\n`);
});

test('a failed request says why, in the names of the causes and the calls to Okta', () => {
  const error = new UpstreamUnavailable({ cause: new TypeError('canary') });
  const call = { endpoint: 'token/password', status: 503, oktaRequestId: 'okta-7' };
  const failed = {
    ...request,
    outcomes: ['UpstreamUnavailable'],
    failures: [failureOf(error)],
    providerCalls: [{ ...call, durationMs: 9, failure: 'UNEXPECTED_ANSWER' }],
  };
  expect(read(failed)).toBe(
    [
      `${clock} logIn UpstreamUnavailable 43 ms req=5f2c`,
      '  UpstreamUnavailable TypeError',
      '  Okta: token/password 503 UNEXPECTED_ANSWER okta-7',
      '',
    ].join('\n'),
  );
});

test('an error is there in full, with its frames and its causes', () => {
  const error = describe(new Error('canary', { cause: new TypeError('canary') }));
  const lines = read({ level: 'error', event: 'internal_error', error, msg: 'It failed.' });
  const [first, name, frame] = lines.split('\n');
  expect(first).toBe(`${clock} ERROR internal_error It failed.`);
  expect(name).toBe('  Error');
  expect(frame).toMatch(/^ {4}at .*readable-lines\.test\.ts/);
  expect(lines).toContain('\n  caused by TypeError\n');
  expect(lines).not.toContain('canary');
});

test('every other member of a line is written, and what is empty is left out', () => {
  const open = { level: 'warn', event: 'circuit_open', endpoints: 'token', service: null };
  expect(read({ ...open, variables: ['A', 'B'], msg: 'Okta does not respond.' })).toBe(
    `${clock} WARN circuit_open Okta does not respond. endpoints=token variables=["A","B"]\n`,
  );
});

test('a line of the audit log names the action and its outcome', () => {
  const audit = { event: 'audit', action: 'logIn', outcome: 'LogInSuccess', userId: '00u1' };
  expect(read({ ...audit, requestId: '5f2c', msg: 'It was recorded.' })).toBe(
    `${clock} audit logIn LogInSuccess userId=00u1 req=5f2c\n`,
  );
});

test('control characters in a text of Okta neither forge a line nor reach the terminal', () => {
  const detail = 'one\n00:00:00 started\u001b[2J\u009b31m\u202e';
  const text = read({ level: 'error', event: 'internal_error', detail, msg: 'It failed.' });
  expect(text).toBe(
    `${clock} ERROR internal_error It failed. detail=one\\u000a00:00:00 started\\u001b[2J\\u009b31m\\u202e\n`,
  );
});

test('colors are there only where the terminal has them', () => {
  const warning = { ...request, level: 'warn' };
  expect(read(warning, true)).toContain('\u001b[33mWARN\u001b[39m');
  expect(read(warning)).not.toContain('\u001b');
});

test.each(['plain text\n', 'null\n', '7\n', '{"half":\n'])('%j stays as it is', (line) => {
  expect(readableLine(line, { hasColors: false })).toBe(line);
});
