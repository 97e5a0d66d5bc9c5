import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  LogInDocument,
  RequestPasswordResetDocument,
  RequestUnlockDocument,
  ResendVerificationEmailDocument,
  SignUpDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { type Stack, startStack } from '../support/start.ts';

const password = 'Correct-Horse-7';
const known = {
  active: { email: 'active@example.com', password },
  locked: { email: 'locked@example.com', password, status: 'LOCKED_OUT' },
  suspended: { email: 'suspended@example.com', password, status: 'SUSPENDED' },
  deactivated: { email: 'gone@example.com', password: null, status: 'DEPROVISIONED' },
  unverified: { email: 'waiting@example.com', password: null, status: 'PROVISIONED' },
} as const;

const fields = {
  signUp: { document: SignUpDocument, password: 'Analytical-Engine-1', ...names },
  logIn: { document: LogInDocument, password: 'Wrong-Horse-7' },
  requestPasswordReset: { document: RequestPasswordResetDocument },
  resendVerificationEmail: { document: ResendVerificationEmailDocument },
  requestUnlock: { document: RequestUnlockDocument },
} as const;

const rounds = 600;
/** Far enough above what is waited for; the default is 400 ms. */
const answerFloorMs = 100;
const latency = { kind: 'delay', ms: 20, jitterMs: 10 } as const;
const plenty = 10_000_000;
const rateLimits = {
  authn: plenty,
  token: plenty,
  user: plenty,
  users: plenty,
  userWrites: plenty,
};

let stack: Stack;
const rows: string[] = [];
beforeAll(async () => {
  stack = await startStack({
    // Locked at the fifth wrong password, the active account would be another one by then.
    seed: { users: Object.values(known), passwordPolicy: { lockoutMaxAttempts: plenty } },
    accounts: { answerFloorMs },
    rateLimits,
  });
  stack.okta.fail({ path: '/', fault: latency });
});
afterAll(async () => {
  await stack.close();
  const head = '| Field | Account | Difference of the medians | AUC |\n| --- | --- | --- | --- |';
  process.stdout.write(`\n${[head, ...rows].join('\n')}\n\n`);
});

async function msOf(field: keyof typeof fields, email: string): Promise<number> {
  const { document, ...rest } = fields[field];
  const variables = { input: { email, ...rest } };
  const startedAt = performance.now();
  const response = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  await response.text();
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/**
 * Mann-Whitney: how likely one of `some` is above one of `others`; 0.5 where there is no difference.
 */
function auc(some: readonly number[], others: readonly number[]): number {
  let above = 0;
  for (const one of some) for (const other of others) above += one > other ? 1 : 0;
  return above / (some.length * others.length);
}

async function measure(field: keyof typeof fields): Promise<ReadonlyMap<string, number[]>> {
  const taken = new Map<string, number[]>();
  for (let round = -20; round < rounds; round += 1) {
    const accounts: [string, string][] = Object.entries(known).map(([name, { email }]) => [
      name,
      email,
    ]);
    accounts.push(['unknown', `${randomUUID()}@example.com`]);
    // In another order each time, so that none always comes first.
    accounts.sort(() => Math.random() - 0.5);
    for (const [name, email] of accounts) {
      const ms = await msOf(field, email);
      if (round >= 0) taken.set(name, [...(taken.get(name) ?? []), ms]);
    }
  }
  return taken;
}

test('the time of an answer does not show who has an account', {
  timeout: 1_800_000,
}, async () => {
  const names = Object.keys(fields) as (keyof typeof fields)[];
  const measured = await Promise.all(
    names.map(async (name) => ({ name, taken: await measure(name) })),
  );
  const compared = measured.flatMap(({ name, taken }) => {
    const unknown = taken.get('unknown') ?? [];
    return [...Object.keys(known), 'any'].map((account) => {
      const some =
        account === 'any'
          ? Object.keys(known).flatMap((each) => taken.get(each) ?? [])
          : (taken.get(account) ?? []);
      return { name, account, ms: median(some) - median(unknown), auc: auc(some, unknown) };
    });
  });
  for (const { name, account, ms, auc: area } of compared) {
    rows.push(`| \`${name}\` | ${account} | ${ms.toFixed(2)} ms | ${area.toFixed(3)} |`);
  }
  for (const { name, account, ms, auc: area } of compared) {
    const what = `${name} ${account}`;
    expect(Math.abs(ms), what).toBeLessThan(3);
    // Of one account there are as many samples as rounds: chance alone is within 0.05 for most.
    expect(Math.abs(area - 0.5), what).toBeLessThan(account === 'any' ? 0.05 : 0.08);
  }
});
