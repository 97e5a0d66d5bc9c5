import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  RequestPasswordResetDocument,
  RequestUnlockDocument,
  ResendVerificationEmailDocument,
  SignUpDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { Fault } from '../../src/embedded/handle.ts';
import { names } from '../support/accounts.ts';
import { type Stack, startStack } from '../support/start.ts';

const password = 'Analytical-Engine-1';
const known = 'known@example.com';
const waiting = 'waiting@example.com';
const locked = 'locked@example.com';
const seed = {
  users: [
    { email: known, password },
    { email: waiting, password: null, status: 'PROVISIONED' },
    { email: locked, password, status: 'LOCKED_OUT' },
  ],
} as const;
const answerFloorMs = 100;
const callTimeoutMs = 700;

const refusal = (status: number, errorCode: string): Fault => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ errorCode, errorSummary: 'canary-of-okta' }),
});
const faults: readonly (readonly [string, Fault, string | null])[] = [
  ['hangs', { kind: 'hang' }, 'UpstreamUnavailable'],
  ['is slow', { kind: 'delay', ms: 600 }, null],
  ['answers 500', refusal(500, 'E0000009'), 'UpstreamUnavailable'],
  ['answers E0000015', refusal(401, 'E0000015'), 'ProviderMisconfigured'],
  ['answers E0000006', refusal(403, 'E0000006'), 'ProviderMisconfigured'],
  ['answers 429', refusal(429, 'E0000047'), 'RateLimited'],
];

interface Way {
  readonly ask: { toString(): string };
  /** An address that has the call that breaks, and one that does not. */
  readonly known: string;
  /** What a new account needs besides its address. */
  readonly profile?: object;
  readonly broken: readonly (string | RegExp)[];
  readonly task: string;
}

const reset: Way = {
  ask: RequestPasswordResetDocument,
  known,
  broken: ['/api/v1/authn/recovery'],
  task: 'RESET_MAIL',
};
const ways: Readonly<Record<string, Way>> = {
  'signUp, the mail': {
    ask: SignUpDocument,
    known,
    profile: { password, ...names },
    broken: ['/api/v1/authn/recovery'],
    task: 'OWNER_MAIL',
  },
  'signUp, the look-up': {
    ask: SignUpDocument,
    known,
    profile: { password, ...names },
    broken: [/^\/api\/v1\/users\/./],
    task: 'OWNER_MAIL',
  },
  'requestPasswordReset of an account that waits': {
    ask: RequestPasswordResetDocument,
    known: waiting,
    broken: ['/api/v1/authn/recovery', /\/lifecycle\//],
    task: 'RESET_MAIL',
  },
  requestPasswordReset: reset,
  resendVerificationEmail: {
    ask: ResendVerificationEmailDocument,
    known: waiting,
    broken: [/\/lifecycle\//],
    task: 'VERIFICATION_MAIL',
  },
  requestUnlock: {
    ask: RequestUnlockDocument,
    known: locked,
    broken: ['/api/v1/authn/recovery'],
    task: 'UNLOCK_MAIL',
  },
};

/** As a caller sees it: `stack.gql` waits for what goes on behind the answer. */
async function answerTo({ url }: Stack, { ask, profile }: Way, email: string) {
  const input = { email, ...profile };
  const start = performance.now();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'a-request-of-ours' },
    body: JSON.stringify({ query: ask.toString(), variables: { input } }),
  });
  const text = await response.text();
  const headers = [...response.headers].filter(([name]) => name !== 'date');
  const bytes = JSON.stringify({ status: response.status, text, headers });
  return { bytes, ms: performance.now() - start };
}

interface Line {
  readonly event: string;
  readonly task: string;
  readonly failure: { readonly error: string; readonly reason: string | null } | null;
  readonly providerCalls: readonly { readonly endpoint: string }[];
}
const behind = (logs: readonly string[]) =>
  logs.map((line) => JSON.parse(line) as Line).filter(({ event }) => event === 'background');

// The log-in flow makes no difference to any of these.
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ seed, accounts: { answerFloorMs }, okta: { callTimeoutMs } });
  // The token of the management API is in the first answer.
  await answerTo(stack, reset, 'first@example.com');
});
afterAll(() => stack.close());

const all = Object.entries(ways).flatMap(([name, way]) =>
  faults.map(([fault, ...rest]) => [name, fault, way, ...rest] as const),
);

test.each(all)('%s is answered alike and as soon if Okta %s', async (...given) => {
  const [, , way, fault, failure] = given;
  for (const path of way.broken) onTestFinished(stack.okta.fail({ path, fault }));
  const before = stack.logs.length;
  const after = () => behind(stack.logs.slice(before)).filter(({ task }) => task === way.task);
  const answers = await Promise.all(
    [`${randomUUID()}@example.com`, way.known].map((email) => answerTo(stack, way, email)),
  );
  expect(answers[0]?.bytes).toBe(answers[1]?.bytes);
  for (const { ms } of answers) expect(ms).toBeGreaterThanOrEqual(answerFloorMs);
  // Whatever takes longer than the floor goes on behind the answers.
  if (fault.kind === 'hang' || fault.kind === 'delay') expect(after()).toEqual([]);
  await stack.settled();
  const lines = after();
  expect(lines.map((line) => line.failure?.error ?? null)).toContain(failure);
  for (const line of lines) expect(line.providerCalls.length).toBeGreaterThan(0);
  expect(stack.logs.slice(before).join()).not.toMatch(/@example\.com|canary/);
});

describe('mail that is on its way when the server stops', () => {
  const stop = async (fault: Fault, drainMs: number) => {
    const server = { drainMs };
    const stack = await startStack({ seed, server, okta: { callTimeoutMs: 10_000 } });
    stack.okta.fail({ path: '/api/v1/authn/recovery', fault });
    await answerTo(stack, reset, known);
    const start = performance.now();
    await stack.close();
    return { stack, ms: performance.now() - start };
  };

  test('is sent', async () => {
    const { stack } = await stop({ kind: 'delay', ms: 400 }, 5_000);
    expect(behind(stack.logs)).toMatchObject([{ task: 'RESET_MAIL', failure: null }]);
    expect(stack.okta.outbox.to(known).map(({ kind }) => kind)).toEqual(['PASSWORD_RESET']);
  });

  test('holds the stop up for no longer than the drain', async () => {
    const { stack, ms } = await stop({ kind: 'hang' }, 300);
    expect(ms).toBeLessThan(1_500);
    const failure = { error: 'CutOff', reason: 'SHUTDOWN' };
    expect(behind(stack.logs)).toMatchObject([{ task: 'RESET_MAIL', failure }]);
  });
});
