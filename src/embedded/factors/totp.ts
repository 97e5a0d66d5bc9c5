import { createHmac, randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const timeStepSeconds = 30;
export const digits = 6;

/** 160 bits, the length that RFC 4226 section 4 recommends. */
export function newSecret(): string {
  return encodeBase32(randomBytes(20));
}

function encodeBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => alphabet.charAt(Number.parseInt(group.padEnd(5, '0'), 2))).join('');
}

/** RFC 4648 section 6; the padding may be missing. @throws for a character outside of the alphabet */
function decodeBase32(text: string): Buffer {
  const values = [...text.toUpperCase().replace(/=+$/, '')].map((char) => alphabet.indexOf(char));
  if (values.includes(-1)) throw new Error('A TOTP secret is written in base32: A to Z, 2 to 7.');
  const bits = values.map((value) => value.toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

export function timeStepOf(time: number): number {
  return Math.floor(time / 1000 / timeStepSeconds);
}

/**
 * The six digits that an authenticator app shows (RFC 6238, HMAC-SHA-1, steps of 30 seconds).
 * @param secret base32
 * @param time epoch milliseconds
 */
export function totpCode(secret: string, time: number): string {
  return codeOfStep(secret, timeStepOf(time));
}

/** RFC 4226 section 5.3. */
export function codeOfStep(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', decodeBase32(secret)).update(counter).digest();
  const offset = hash.readUInt8(hash.length - 1) & 0xf;
  const truncated = hash.readUInt32BE(offset) & 0x7fffffff;
  return String(truncated % 10 ** digits).padStart(digits, '0');
}
