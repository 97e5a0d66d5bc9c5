import { beforeEach, expect, test } from 'vitest';
import { verifyUnauthenticated } from '../../src/callers/verify-unauthenticated.ts';
import { RateLimited } from '../../src/identity/errors.ts';
import type { Counters, Take } from '../../src/limits/counters.ts';
import { createLimits, type Limits, type Who } from '../../src/limits/limits.ts';
import { createMemoryCounters } from '../../src/limits/memory-counters.ts';
import type { LimitKind } from '../../src/limits/rules.ts';

const second = 1000;
const nobody: Who = {
  ...{ account: null, client: null, device: null, caller: null, customer: null, token: null },
};
const ada: Who = { ...nobody, account: 'ada@example.com', client: '203.0.113.7' };

let now: number;
let takes: Take[];
let counters: Counters;
let limits: Limits;
const create = (introspects = false) =>
  createLimits({ counters, key: new Uint8Array(32).fill(1), introspects });
beforeEach(() => {
  now = Date.parse('2027-01-15T12:00:00Z');
  takes = [];
  const memory = createMemoryCounters(() => now);
  counters = {
    async take(take) {
      takes.push(take);
      return memory.take(take);
    },
    settle: memory.settle,
  };
  limits = create();
});

/** Null where it was let through. A second goes by, which Okta wants between log-ins anyway. */
async function refusal(kind: LimitKind, who: Who): Promise<RateLimited | null> {
  now += second;
  try {
    await limits.consume(kind, who);
    return null;
  } catch (error) {
    if (error instanceof RateLimited) return error;
    throw error;
  }
}
async function through(kind: LimitKind, tries: number, who: (index: number) => Who) {
  let count = 0;
  for (let index = 0; index < tries; index += 1) {
    if ((await refusal(kind, who(index))) === null) count += 1;
  }
  return count;
}
const elsewhere = (index: number) => ({ ...ada, client: `198.51.${index >> 8}.${index & 255}` });

test('one client has 5 tries on one account, and learns when there is another', async () => {
  expect(await through('PASSWORD', 20, () => ada)).toBe(5);
  const full = await refusal('PASSWORD', ada);
  expect(full).toMatchObject({ scope: 'ACCOUNT', retryAfterSeconds: 150 - 20 });
  now += 129 * second;
  expect(await refusal('PASSWORD', ada)).toBeNull();
});

test('300 clients together have 10 tries on one account in any 5 minutes', async () => {
  for (const _ of [1, 2]) {
    expect(await through('PASSWORD', 300, elsewhere)).toBeLessThanOrEqual(10);
  }
});

test('one client has 30 tries on 300 accounts in 5 minutes', async () => {
  const who = (index: number) => ({ ...ada, account: `a${index}@example.com` });
  expect(await through('PASSWORD', 290, who)).toBeLessThanOrEqual(30);
  expect(await refusal('PASSWORD', ada)).toMatchObject({ scope: 'CLIENT' });
});

test('one client alone leaves the account open to others', async () => {
  for (let minutes = 0; minutes < 20; minutes += 1) {
    await through('PASSWORD', 60, () => ada);
    expect(await refusal('PASSWORD', elsewhere(minutes))).toBeNull();
    now += 10 * 60 * second;
  }
});

test('the client from which the owner has logged in is let in while others guess', async () => {
  const permit = await limits.consume('PASSWORD', { ...ada, device: 'phone' });
  await permit.reset(ada.account);
  await through('PASSWORD', 290, elsewhere);
  expect(await refusal('PASSWORD', elsewhere(301))).toMatchObject({ scope: 'ACCOUNT' });
  expect(await refusal('PASSWORD', ada)).toBeNull();
  expect(await refusal('PASSWORD', { ...elsewhere(302), device: 'phone' })).toBeNull();
  expect(await refusal('PASSWORD', { ...elsewhere(303), device: 'other' })).not.toBeNull();
  // Not for the accounts of others, and not without an end.
  const eve = { ...ada, account: 'eve@example.com' };
  await through('PASSWORD', 290, (index) => ({ ...elsewhere(index), account: eve.account }));
  expect(await refusal('PASSWORD', eve)).not.toBeNull();
  expect(await through('PASSWORD', 20, () => ada)).toBeLessThanOrEqual(7);
});

test('a log-in resets the count of the account, and gives back that of the address', async () => {
  await through('PASSWORD', 4, () => ada);
  await (await limits.consume('PASSWORD', ada)).reset(ada.account);
  expect(await through('PASSWORD', 5, () => ada)).toBe(5);
  for (let index = 0; index < 100; index += 1) {
    now += second;
    const who = { ...ada, client: '192.0.2.1', account: `staff${index}@example.com` };
    await (await limits.consume('PASSWORD', who)).refund();
  }
});

test('a right password with no second factor yet gives no new tries on the account', async () => {
  let tries = 0;
  for (let index = 0; index < 20; index += 1) {
    now += second;
    const permit = await limits.consume('PASSWORD', ada).catch(() => null);
    if (permit !== null) tries += 1;
    await permit?.refund();
  }
  expect(tries).toBe(5);
  await (await limits.consume('PROOF', { ...ada, account: null })).reset('Ada@Example.com');
  expect(await refusal('PASSWORD', ada)).toBeNull();
});

test('Okta gets at most 3 log-ins of one name in a second', async () => {
  const all = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) => limits.consume('PASSWORD', elsewhere(index))),
  );
  expect(all.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(3);
});

test.each([['  ADA@Example.COM '], ['ａｄａ@example.com']])(
  '%j is no other account',
  async (account) => {
    await through('PASSWORD', 5, () => ada);
    expect(await refusal('PASSWORD', { ...ada, account })).not.toBeNull();
  },
);

test('addresses of one IPv6 network are one client', async () => {
  const who = (index: number) => ({
    ...{ ...ada, account: `a${index}@example.com` },
    client: `2001:db8:1:2::${index.toString(16)}`,
  });
  expect(await through('PASSWORD', 100, who)).toBeLessThanOrEqual(20);
  expect(await refusal('PASSWORD', { ...who(101), client: '2001:db8:1:3::1' })).toBeNull();
});

test.each([
  ['a /56', (index: number) => `2001:db8:1:${(0x100 + index).toString(16)}::1`],
  ['a /48', (index: number) => `2001:db8:1:${(index * 256).toString(16)}::1`],
])('the networks of %s together have four times the tries of a client', async (_name, client) => {
  const who = (index: number) => ({
    ...{ ...ada, account: `a${index}@example.com` },
    client: client(index),
  });
  // 60 at once, and one every 5 seconds.
  expect(await through('PASSWORD', 256, who)).toBeLessThanOrEqual(60 + 256 / 5);
  expect(await refusal('PASSWORD', who(1))).toMatchObject({ scope: 'CLIENT' });
  expect(await refusal('PASSWORD', { ...ada, client: '2001:db8:2::1' })).toBeNull();
});

test.each([
  ['6to4', (index: number) => `2002:cb00:7107:${index.toString(16)}::1`],
  ['Teredo', (index: number) => `2001:0:4136:e378:8000:${index.toString(16)}:34ff:8ef8`],
])('addresses of %s are the one host of IPv4 within', async (_name, client) => {
  const who = (index: number) => ({
    ...{ ...ada, account: `a${index}@example.com` },
    client: index % 2 === 0 ? client(index) : '203.0.113.7',
  });
  expect(await through('PASSWORD', 100, who)).toBeLessThanOrEqual(20);
});

test('clients of IPv4 behind one translator are counted each by itself', async () => {
  const who = (index: number) => ({
    ...{ ...ada, account: `a${index}@example.com` },
    client: `64:ff9b::198.51.100.${index}`,
  });
  expect(await through('PASSWORD', 100, who)).toBe(100);
});

test('the networks of one site together leave an account open to others', async () => {
  const near = (index: number) => ({ ...ada, client: `2001:db8:1:${index.toString(16)}::1` });
  for (let minutes = 0; minutes < 20; minutes += 1) {
    await through('PASSWORD', 60, near);
    expect(await refusal('PASSWORD', elsewhere(minutes))).toBeNull();
    now += 10 * 60 * second;
  }
});

test('without an address a service and its accounts are counted alone', async () => {
  const who = (index: number) => ({ ...nobody, caller: 'shop', account: `a${index}@example.com` });
  expect(await through('PASSWORD', 500, who)).toBe(500);
  expect(await through('PASSWORD', 20, () => who(1))).toBeLessThanOrEqual(7);
});

test('a service whose customers fail without end is held up, and no other one', async () => {
  const who = (index: number) => ({ ...nobody, caller: 'shop', account: `a${index}@example.com` });
  const all = await Promise.allSettled(
    Array.from({ length: 2000 }, (_, index) => limits.consume('PASSWORD', who(index))),
  );
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1500);
  const full = await limits.consume('PASSWORD', who(2001)).catch((error: unknown) => error);
  expect(full).toMatchObject({ scope: 'CALLER', retryAfterSeconds: 1 });
  expect(await refusal('PASSWORD', { ...who(2001), caller: 'other' })).toBeNull();
});

test.each([
  { kind: 'RESET_MAIL', atOnce: 3 },
  { kind: 'VERIFICATION_MAIL', atOnce: 3 },
  { kind: 'UNLOCK_MAIL', atOnce: 3 },
  { kind: 'SIGN_UP', atOnce: 5 },
] as const)(
  '$kind to one address: $atOnce at once, and one client alone leaves room',
  async (row) => {
    const { kind, atOnce } = row;
    const eve = (index: number) => ({ ...elsewhere(index), account: 'eve@example.com' });
    expect(await through(kind, 30, eve)).toBe(atOnce);
    expect(await refusal(kind, eve(31))).toMatchObject({ scope: 'ACCOUNT' });
    // Once a minute, without an end; others come now and then.
    for (let others = 0; others < 6; others += 1) {
      for (let minutes = 0; minutes < 40; minutes += 1) {
        await refusal(kind, ada);
        now += 59 * second;
      }
      expect(await refusal(kind, elsewhere(others))).toBeNull();
    }
  },
);

test('mails of one kind use up none of another', async () => {
  for (const kind of ['SIGN_UP', 'VERIFICATION_MAIL', 'UNLOCK_MAIL', 'RESET_MAIL'] as const) {
    expect(await refusal(kind, ada)).toBeNull();
    await through(kind, 30, elsewhere);
    expect(await refusal(kind, elsewhere(31))).toMatchObject({ scope: 'ACCOUNT' });
  }
});

test('mails that unknown clients request do not delay the owner', async () => {
  await (await limits.consume('PASSWORD', ada)).reset(ada.account);
  await through('RESET_MAIL', 30, elsewhere);
  expect(await refusal('RESET_MAIL', elsewhere(31))).toMatchObject({ scope: 'ACCOUNT' });
  expect(await through('RESET_MAIL', 10, () => ada)).toBe(2);
});

test('keys do not reveal whose they are, and differ from one secret to another', async () => {
  await limits.consume('PASSWORD', { ...ada, device: 'phone', caller: 'shop' });
  const keys = takes.flatMap(({ counts, knownClients }) => [
    ...counts.map(({ key }) => key),
    ...knownClients.flatMap(({ account, client }) => [account, client]),
  ]);
  expect(new Set(keys).size).toBe(8);
  for (const key of keys) expect(key).toMatch(/^(?:[a-z-]+ )?[\w-]{22}$/);
  const other = createLimits({ counters, key: new Uint8Array(32).fill(2), introspects: false });
  takes = [];
  await other.consume('PASSWORD', ada);
  for (const { key } of takes[0]?.counts ?? []) expect(keys).not.toContain(key);
});

test('made-up tokens that Okta would have to read are bounded, and good ones are not', async () => {
  let asked = 0;
  const run = async (active: boolean, tokens: number) => {
    const verify = async () => {
      asked += 1;
      return { active, reason: 'INACTIVE' };
    };
    const shared = { limits, verifier: { verifySync: () => null, verify } } as never;
    const call = { address: '203.0.113.7' } as never;
    const options = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'REFUSE' } as const;
    for (let index = 0; index < tokens; index += 1) {
      const verdict = verifyUnauthenticated(`t${index}`, options, { shared, call });
      await Promise.resolve(verdict).catch(() => null);
    }
  };
  await run(false, 1000);
  expect(asked).toBe(1000);
  limits = create(true);
  await run(true, 1000);
  expect(asked).toBe(2000);
  await run(false, 1000);
  expect(asked).toBe(2300);
  expect(limits.stats().refused.CLIENT.INTROSPECTION).toBe(700);
  expect(limits.stats().allowed.INTROSPECTION).toBe(1300);
});

test('a service whose customers send made-up tokens is not limited for them, their addresses are', async () => {
  limits = create(true);
  const verify = async () => ({ active: false, reason: 'INACTIVE' });
  const shared = { limits, verifier: { verifySync: () => null, verify } } as never;
  const call = { address: '198.51.100.1' } as never;
  const options = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'REFUSE' } as const;
  const refusedOf = async (client: string | null) => {
    const before = limits.stats().refused.CLIENT.INTROSPECTION;
    for (let index = 0; index < 400; index += 1) {
      const verdict = verifyUnauthenticated(`t${index}`, options, { shared, call, client });
      await Promise.resolve(verdict).catch(() => null);
    }
    return limits.stats().refused.CLIENT.INTROSPECTION - before;
  };
  expect(await refusedOf('203.0.113.7')).toBe(100);
  expect(await refusedOf('203.0.113.8')).toBe(100);
  expect(await refusedOf(null)).toBe(0);
});
