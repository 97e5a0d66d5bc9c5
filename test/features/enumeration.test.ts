import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  LogInDocument,
  RequestPasswordResetDocument,
  RequestUnlockDocument,
  ResendVerificationEmailDocument,
  SignUpDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { embeddedOktaCredentials } from '../../src/wire/embedded-okta-config.ts';
import { names } from '../support/accounts.ts';
import { type Stack, startStack } from '../support/start.ts';

const password = 'Correct-Horse-7';
const users = [
  { email: 'active@example.com', password },
  { email: 'locked@example.com', password, status: 'LOCKED_OUT' },
  { email: 'suspended@example.com', password, status: 'SUSPENDED' },
  { email: 'gone@example.com', password: null, status: 'DEPROVISIONED' },
  { email: 'waiting@example.com', password: null, status: 'PROVISIONED' },
] as const;

const guess = 'Wrong-Horse-7';
const asks = {
  signUp: { document: SignUpDocument, password: 'Analytical-Engine-1', ...names },
  logIn: { document: LogInDocument, password: guess },
  requestPasswordReset: { document: RequestPasswordResetDocument },
  resendVerificationEmail: { document: ResendVerificationEmailDocument },
  requestUnlock: { document: RequestUnlockDocument },
} as const;
type Ask = (typeof asks)[keyof typeof asks];
/** More than any limit of one address lets through. */
const tries = 6;

/** All that a caller could compare; the log has the calls that the answer waited for. */
interface Seen {
  readonly answers: readonly string[];
  readonly calls: readonly (readonly string[])[];
  readonly counted: readonly string[];
}

interface Line {
  readonly event: string;
  readonly providerCalls?: readonly { readonly endpoint: string }[];
}

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ seed: { users }, limits: true, metrics: true });
  const { apiToken } = stack.okta.seeded;
  const management = { method: 'ssws', apiToken } as const;
  stack.replaceSecrets({ okta: { ...embeddedOktaCredentials(stack.okta), management } });
});
afterAll(() => stack.close());

async function ask({ document, ...rest }: Ask, email: string, client: string): Promise<string> {
  const response = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: stack.basic,
      'x-client-ip': client,
      'x-request-id': 'a-request-of-ours',
    },
    body: JSON.stringify({ query: document.toString(), variables: { input: { email, ...rest } } }),
  });
  const headers = [...response.headers].filter(([name]) => name !== 'date');
  const body = (await response.text()).replace(/("retryAfterSeconds":)\d+/, '$1"…"');
  return JSON.stringify([
    response.status,
    headers.filter(([name]) => name !== 'content-length'),
    body,
  ]);
}

/** What Prometheus counts of fields and limits. */
async function counters(): Promise<ReadonlyMap<string, number>> {
  const lines = (await stack.scrape()).split('\n');
  const samples = lines.filter((line) => /^\w*(operation|field|limit)\w*_total\{/.test(line));
  return new Map(
    samples.map((line) => [line.replace(/ \S+$/, ''), Number(line.split(' ').at(-1))]),
  );
}

async function seenOf(way: Ask, email: string, client: string): Promise<Seen> {
  const before = await counters();
  const from = stack.logs.length;
  const answers: string[] = [];
  for (let count = 0; count < tries; count += 1) {
    answers.push(await ask(way, email, client));
    await stack.settled();
    // So that the pace of log-ins, which goes by fractions of a second, is never at its limit.
    stack.clock.advance(1_000);
  }
  const lines = stack.logs.slice(from).map((line) => JSON.parse(line) as Line);
  const inFront = lines.filter(
    ({ event, providerCalls }) => providerCalls && event !== 'background',
  );
  const calls = inFront.map(({ providerCalls = [] }) =>
    providerCalls.map(({ endpoint }) => endpoint),
  );
  const after = await counters();
  const counted = [...after]
    .map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${value}`);
  return { answers, calls, counted };
}

test.each(Object.entries(asks))(
  '%s answers, asks Okta and counts alike for every account',
  async (name, way) => {
    const block = Object.keys(asks).indexOf(name) * 10;
    // Past the limits of the field before; what an hour lets the API forget is in the first answer.
    stack.clock.advance(4 * 60 * 60_000);
    await ask(way, 'first@example.com', '203.0.113.250');
    const nobody = await seenOf(way, 'nobody@example.com', `203.0.113.${block}`);
    expect(nobody.calls.flat().length).toBeGreaterThan(0);
    expect(nobody.counted.length).toBeGreaterThan(1);
    expect(nobody.answers.join()).toContain('RATE_LIMITED');
    for (const [index, { email }] of users.entries()) {
      expect(await seenOf(way, email, `203.0.113.${block + 1 + index}`), email).toEqual(nobody);
    }
  },
);
