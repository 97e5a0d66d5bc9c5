import { randomUUID } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import { TransactionInvalid } from '../identity/errors.ts';

/**
 * Sealed handles for steps that wait for the caller (JWE, `dir` + A256GCM): they carry the step's
 * state to the caller and back, so that the server keeps none.
 */
export interface Transactions {
  /** A handle that only `open` with the same purpose can read, until `expiresAt`. */
  seal(step: {
    readonly purpose: Purpose;
    readonly state: string;
    readonly expiresAt: Date;
  }): Promise<string>;
  /** @throws TransactionInvalid for a handle that is unknown, altered, expired, already opened here, or of another purpose */
  open(handle: string, purpose: Purpose): Promise<string>;
}

export type Purpose = 'CHANGE_EXPIRED_PASSWORD';

/**
 * Opened handles that are remembered until they expire, some 20 MB at the most. Each entry took a
 * log-in that Okta accepted, so a caller cannot flood it.
 */
const keptHandles = 100_000;

const payload = z.object({
  purpose: z.string(),
  state: z.string(),
  jti: z.string(),
  exp: z.number(),
});

/**
 * @param key 32 bytes. Processes that share it open each other's handles; "opened already" is known
 *   per process, and across processes Okta's own single-use tokens inside stop the second use.
 * @param now epoch milliseconds
 */
export function createTransactions(key: Uint8Array, now: () => number): Transactions {
  const opened = new LRUCache<string, true>({
    max: keptHandles,
    ttl: 1,
    ttlResolution: 0,
    perf: { now },
  });

  return {
    seal({ purpose, state, expiresAt }) {
      return new EncryptJWT({ purpose, state })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setJti(randomUUID())
        .setExpirationTime(Math.floor(expiresAt.getTime() / 1000))
        .encrypt(key);
    },

    async open(handle, purpose) {
      const step = await decrypt(handle, key, new Date(now()));
      if (step.purpose !== purpose || opened.has(step.jti)) throw new TransactionInvalid();
      opened.set(step.jti, true, { ttl: Math.max(1, Math.ceil(step.exp * 1000 - now())) });
      return step.state;
    },
  };
}

async function decrypt(
  handle: string,
  key: Uint8Array,
  currentDate: Date,
): Promise<z.infer<typeof payload>> {
  try {
    const decrypted = await jwtDecrypt(handle, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
      currentDate,
    });
    return payload.parse(decrypted.payload);
  } catch {
    throw new TransactionInvalid();
  }
}
