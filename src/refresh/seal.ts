import { hkdf } from 'node:crypto';
import { promisify } from 'node:util';
import { CompactEncrypt, compactDecrypt } from 'jose';
import * as z from 'zod';
import type { SealingKeys } from '../config.ts';
import type { Answer } from './ledger.ts';

/** Encrypts tokens for storage in Redis: a JWE (`dir`, A256GCM). */
export interface Seal {
  seal(answer: Answer, refreshToken: string): Promise<string>;
  /** @throws if it was sealed with another key, or for another refresh token */
  open(sealed: string, refreshToken: string): Promise<Answer>;
}

const derive = promisify(hkdf);
const keyBytes = 32;

const sealedAnswer = z.object({
  tokens: z.object({
    accessToken: z.string(),
    expiresAt: z.coerce.date(),
    refreshToken: z.string().nullable(),
    idToken: z.string().nullable(),
    scopes: z.array(z.string()),
    // Null if an older release sealed them, which did not know the owner.
    owner: z
      .object({
        userId: z.string(),
        sessionId: z.string().nullable(),
        login: z.string().nullable(),
      })
      .nullable()
      .default(null),
  }),
  begunAt: z.number(),
});

/**
 * Derives each key (RFC 5869) from both the sealing key and the refresh token. The stored text is of no
 * use to someone who has only one of them, and cannot be moved to another token.
 * @param sealingKeys the first one seals, all of them open
 */
export function createSeal(sealingKeys: () => SealingKeys): Seal {
  return {
    async seal(answer, refreshToken) {
      const plaintext = new TextEncoder().encode(JSON.stringify(answer));
      return new CompactEncrypt(plaintext)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .encrypt(await keyOf(sealingKeys()[0], refreshToken));
    },
    async open(sealed, refreshToken) {
      const [newest, ...others] = sealingKeys();
      let opened = openBy(newest, { sealed, refreshToken });
      for (const key of others) {
        opened = opened.catch(() => openBy(key, { sealed, refreshToken }));
      }
      return sealedAnswer.parse(JSON.parse(await opened));
    },
  };
}

async function openBy(
  sealingKey: Uint8Array,
  { sealed, refreshToken }: { readonly sealed: string; readonly refreshToken: string },
): Promise<string> {
  const { plaintext } = await compactDecrypt(sealed, await keyOf(sealingKey, refreshToken), {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  return new TextDecoder().decode(plaintext);
}

async function keyOf(sealingKey: Uint8Array, refreshToken: string): Promise<Uint8Array> {
  return new Uint8Array(
    await derive('sha256', sealingKey, refreshToken, 'okta-account-api refresh', keyBytes),
  );
}
