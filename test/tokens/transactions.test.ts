import { randomBytes } from 'node:crypto';
import { EncryptJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { TransactionInvalid } from '../../src/identity/errors.ts';
import {
  createTransactions,
  type Purpose,
  type Transactions,
} from '../../src/tokens/transactions.ts';
import { START } from './issuer.ts';

const purpose = 'CHANGE_EXPIRED_PASSWORD';
const key = randomBytes(32);
const expiresAt = new Date(START + 300_000);

let now: number;
let transactions: Transactions;

beforeEach(() => {
  now = START;
  transactions = createTransactions(key, () => now);
});

const seal = (state = 'secret-state') => transactions.seal({ purpose, state, expiresAt });
const refused = (handle: string, wanted: Purpose = purpose) =>
  expect(transactions.open(handle, wanted)).rejects.toThrow(TransactionInvalid);

describe('a handle', () => {
  it('carries its state sealed, and gives it back', async () => {
    const handle = await seal();
    expect(Buffer.from(handle, 'base64url').toString('latin1')).not.toContain('secret-state');
    expect(await transactions.open(handle, purpose)).toBe('secret-state');
  });

  it('is another one each time', async () => {
    expect(await seal()).not.toBe(await seal());
  });

  it('opens once, also when two try at the same time', async () => {
    const handle = await seal();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => transactions.open(handle, purpose)),
    );
    expect(results.filter((result) => result.status === 'fulfilled').length).toBe(1);
    await refused(handle);
  });

  it('stays opened until its very end', async () => {
    const handle = await seal();
    await transactions.open(handle, purpose);
    now = expiresAt.getTime() - 1;
    await refused(handle);
  });

  it('opens until it expires', async () => {
    const handles = [await seal(), await seal()] as const;
    now = expiresAt.getTime() - 1;
    expect(await transactions.open(handles[0], purpose)).toBe('secret-state');
    now = expiresAt.getTime();
    await refused(handles[1]);
  });

  it('opens in another process of the same key only', async () => {
    const handle = await seal();
    const stranger = createTransactions(randomBytes(32), () => now);
    await expect(stranger.open(handle, purpose)).rejects.toThrow(TransactionInvalid);
    const sibling = createTransactions(key, () => now);
    expect(await sibling.open(handle, purpose)).toBe('secret-state');
  });

  it('is refused for another purpose, and still opens for its own', async () => {
    const handle = await seal();
    await refused(handle, 'ANOTHER_STEP' as Purpose);
    expect(await transactions.open(handle, purpose)).toBe('secret-state');
  });

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
    const other = new EncryptJWT({ purpose }).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' });
    await refused(await other.encrypt(key));
  });
});

function flip(handle: string): string {
  const index = handle.length - 30;
  return `${handle.slice(0, index)}${handle[index] === 'A' ? 'B' : 'A'}${handle.slice(index + 1)}`;
}
