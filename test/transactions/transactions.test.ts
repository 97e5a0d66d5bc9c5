import { randomBytes } from 'node:crypto';
import { EncryptJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SealingKeys } from '../../src/config.ts';
import {
  AccountLocked,
  InvalidCredentials,
  PasswordRejected,
  ProviderMisconfigured,
  RateLimited,
  TransactionInvalid,
  UpstreamUnavailable,
} from '../../src/identity/errors.ts';
import { MfaCodeInvalid } from '../../src/identity/mfa-errors.ts';
import { EmailCodeInvalid } from '../../src/identity/own-account-errors.ts';
import { createMemoryAttemptStore } from '../../src/transactions/memory-attempt-store.ts';
import {
  createTransactions,
  type OpenedStep,
  type Purpose,
  type Transactions,
} from '../../src/transactions/transactions.ts';
import { START } from '../tokens/issuer.ts';

const purpose = 'CHANGE_EXPIRED_PASSWORD';
const caller = 'anyone';
const client = 'https://org.example 0oa1';
const key = randomBytes(32);
const expiresAt = new Date(START + 300_000);

let now: number;
let transactions: Transactions;

const on = (options: { keys?: SealingKeys; client?: string } = {}) =>
  createTransactions({
    client,
    attempts: createMemoryAttemptStore(() => now),
    now: () => now,
    ...options,
    keys: () => options.keys ?? [key],
  });

beforeEach(() => {
  now = START;
  transactions = on();
});

const seal = (state = 'secret-state') => transactions.seal({ purpose, caller, state, expiresAt });
const { signal } = new AbortController();
const bounds = { purpose, caller, signal } as const;
/** An attempt that succeeds. */
const open = (handle: string, wanted = bounds, processes = transactions) =>
  processes.attempt(handle, wanted, async ({ state }) => ({ result: state, done: true }));
const fail = (handle: string, error: Error) =>
  transactions.attempt(handle, bounds, () => Promise.reject(error)).catch((thrown) => thrown);
const look = <Result>(handle: string, step: (opened: OpenedStep) => Promise<Result>) =>
  transactions.attempt(handle, bounds, async (opened) => ({
    result: await step(opened),
    done: false,
  }));
const refused = (handle: string, wanted: Partial<{ purpose: Purpose; caller: string }> = {}) =>
  expect(
    transactions.attempt(handle, { ...bounds, ...wanted }, async () => ({
      result: null,
      done: true,
    })),
  ).rejects.toThrow(TransactionInvalid);

describe('a handle', () => {
  it('carries its state sealed, and gives it back', async () => {
    const handle = await seal();
    expect(Buffer.from(handle, 'base64url').toString('latin1')).not.toContain('secret-state');
    expect(await open(handle)).toBe('secret-state');
  });

  it('is another one each time', async () => {
    expect(await seal()).not.toBe(await seal());
  });

  it('succeeds once, also when twenty try at the same time', async () => {
    const handle = await seal();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => open(handle)));
    expect(results.filter((result) => result.status === 'fulfilled').length).toBe(1);
    await refused(handle);
  });

  it('stays used up until its very end', async () => {
    const handle = await seal();
    await open(handle);
    now = expiresAt.getTime() - 1;
    await refused(handle);
  });

  it('opens until it expires', async () => {
    const handles = [await seal(), await seal()] as const;
    now = expiresAt.getTime() - 1;
    expect(await open(handles[0])).toBe('secret-state');
    now = expiresAt.getTime();
    await refused(handles[1]);
  });

  it('opens in another process of the same key and client only', async () => {
    const handle = await seal();
    for (const stranger of [on({ keys: [randomBytes(32)] }), on({ client: 'another client' })]) {
      await expect(open(handle, bounds, stranger)).rejects.toThrow(TransactionInvalid);
    }
    expect(await open(handle, bounds, on())).toBe('secret-state');
  });

  it.each([{ purpose: 'VERIFY_MFA' }, { caller: 'service backend' }] as const)(
    'is refused for %j, and still opens for its own',
    async (other) => {
      const handle = await seal();
      await refused(handle, other);
      expect(await open(handle)).toBe('secret-state');
    },
  );

  it.each([
    ['nothing', () => ''],
    ['junk', () => 'a.b.c.d.e'],
    ['a handle with one character changed', (handle: string) => flip(handle)],
    ['a truncated handle', (handle: string) => handle.slice(0, -1)],
    ['a handle of 1 MB', (handle: string) => handle + 'A'.repeat(1_000_000)],
  ])('is not %s', async (_name, alter) => {
    await refused(alter(await seal()));
  });

  it('is nothing else that was encrypted with the key', async () => {
    const other = new EncryptJWT({ purpose, caller, state: '' })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(client);
    await refused(await other.encrypt(key));
  });
});

describe('a step', () => {
  it.each([
    new MfaCodeInvalid(),
    new PasswordRejected(['USED_RECENTLY']),
    new UpstreamUnavailable(),
  ])('can be tried again after $name', async (error) => {
    const handle = await seal();
    expect(await fail(handle, error)).toBe(error);
    expect(await open(handle)).toBe('secret-state');
    await refused(handle);
  });

  it.each([new TransactionInvalid(), new AccountLocked()])(
    'is used up after $name',
    async (error) => {
      const handle = await seal();
      await fail(handle, error);
      await refused(handle);
    },
  );

  it('allows five failures and no more, even all at once', async () => {
    const handle = await seal();
    const failures = await Promise.all(
      Array.from({ length: 8 }, () => fail(handle, new MfaCodeInvalid())),
    );
    expect(failures.filter((error) => error instanceof MfaCodeInvalid).length).toBe(5);
    await refused(handle);
  });

  it.each([
    new MfaCodeInvalid(),
    new EmailCodeInvalid(),
    new InvalidCredentials(),
    new PasswordRejected(['TOO_SHORT']),
  ])('is over after five times $name', async (error) => {
    const handle = await seal();
    for (let tries = 0; tries < 5; tries++) expect(await fail(handle, error)).toBe(error);
    await refused(handle);
  });

  it.each([
    ['what Okta cannot do now', new UpstreamUnavailable()],
    ['a caller who goes away', new DOMException('gone', 'AbortError')],
    ['an Okta org that is not set up', new ProviderMisconfigured('E0000006')],
    ['a fault of ours', new TypeError('x')],
  ])('is not blamed for %s', async (_name, error) => {
    const handle = await seal();
    for (let tries = 0; tries < 9; tries++) expect(await fail(handle, error)).toBe(error);
    expect(await open(handle)).toBe('secret-state');
  });

  it('is not begun for a caller who went away while waiting', async () => {
    const handle = await seal();
    const gone = new AbortController();
    let begun = 0;
    const before = look(handle, async () => gone.abort(new Error('gone')));
    const waiting = transactions.attempt(handle, { ...bounds, signal: gone.signal }, async () => {
      begun += 1;
      return { result: null, done: true };
    });
    await expect(Promise.all([waiting, before])).rejects.toThrow('gone');
    expect(begun).toBe(0);
    expect(await open(handle)).toBe('secret-state');
  });

  it('stays open while it is not used up, however often it is opened', async () => {
    const handle = await seal();
    for (let looks = 0; looks < 30; looks++) await look(handle, async () => 'pending');
    expect(await open(handle)).toBe('secret-state');
  });

  it('is one with all its handles: a success by one uses up the others', async () => {
    const later = new Date(expiresAt.getTime() + 60_000);
    const first = await seal();
    const second = await look(first, (opened) =>
      opened.reseal({ state: 'newer state', expiresAt: later }),
    );
    expect(await open(second)).toBe('newer state');
    await refused(first);
    now = expiresAt.getTime() + 1;
    await refused(second);
  });

  it('is used up for its later handle by the earlier one, for as long as both live', async () => {
    const later = new Date(expiresAt.getTime() + 60_000);
    const first = await seal();
    const second = await look(first, (opened) =>
      opened.reseal({ state: 'newer state', expiresAt: later }),
    );
    await open(first);
    now = expiresAt.getTime() + 1;
    await refused(second);
  });

  it('counts the failures of all its handles together', async () => {
    const first = await seal();
    const second = await look(first, (opened) => opened.reseal({ state: 'newer', expiresAt }));
    for (let tries = 0; tries < 3; tries++) await fail(first, new MfaCodeInvalid());
    for (let tries = 0; tries < 2; tries++) await fail(second, new MfaCodeInvalid());
    await refused(first);
    await refused(second);
  });
});

describe('what a step sends', () => {
  const pauseMs = 30_000;
  let sent: string[];
  beforeEach(() => {
    sent = [];
  });
  const send = (handle: string, { to = 'phone', error }: { to?: string; error?: Error } = {}) =>
    look(handle, (opened) =>
      opened.send({
        to,
        send: async () => {
          if (error) throw error;
          sent.push(to);
        },
        resendAfter: () => new Date(now + pauseMs),
      }),
    ).then(
      () => 'sent',
      (thrown) => thrown,
    );
  const limited = (retryAfterSeconds: number) => ({ scope: 'TRANSACTION', retryAfterSeconds });

  it('waits out the pause after a message, for each address on its own', async () => {
    const handle = await seal();
    expect(await send(handle)).toBe('sent');
    now += 1_500;
    const early = await send(handle);
    expect(early).toBeInstanceOf(RateLimited);
    expect(early).toMatchObject(limited(29));
    expect(await send(handle, { to: 'other' })).toBe('sent');
    now = START + pauseMs;
    expect(await send(handle)).toBe('sent');
    expect(sent).toEqual(['phone', 'other', 'phone']);
  });

  it('is five messages by all its handles, and then the step goes on without', async () => {
    const first = await seal();
    const second = await look(first, (opened) => opened.reseal({ state: 'newer', expiresAt }));
    for (const handle of [first, second, first, second, first]) {
      expect(await send(handle)).toBe('sent');
      now += pauseMs;
    }
    expect(await send(second, { to: 'other' })).toMatchObject(limited(150));
    expect(sent).toHaveLength(5);
    expect(await open(first)).toBe('secret-state');
  });

  it.each([
    ['is not counted where Okta did not send it', new UpstreamUnavailable(), 'sent'],
    ['is counted where the caller left it on its way', new Error('gone'), limited(300)],
  ])('%s', async (_name, error, next) => {
    const handle = await seal();
    for (let tries = 0; tries < 5; tries++) expect(await send(handle, { error })).toBe(error);
    const answer = await send(handle);
    expect(answer).toEqual(typeof next === 'string' ? next : expect.objectContaining(next));
  });
});

function flip(handle: string): string {
  const index = handle.length - 30;
  return `${handle.slice(0, index)}${handle[index] === 'A' ? 'B' : 'A'}${handle.slice(index + 1)}`;
}
