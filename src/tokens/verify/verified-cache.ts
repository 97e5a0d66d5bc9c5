import type { KeyObject } from 'node:crypto';

/**
 * A set-associative cache of the tokens whose signature is valid: a lookup is 20 times as fast as the
 * verification.
 */
export interface VerifiedCache {
  /** @param digest of `digestOf` */
  has(digest: string, key: KeyObject): boolean;
  /** Replaces an older entry when the set is full. */
  add(digest: string, key: KeyObject): void;
  /** Cached tokens, including those of withdrawn keys. */
  size(): number;
}

const slots = 2 ** 17;
/** Slots per set. More slots delay the first replacement while other sets have room. */
const ways = 16;
/** 32-bit words of a SHA-256 digest. */
const words = 8;

/**
 * Stores plain numbers in tables of a fixed size, 4.7 MB in all: a hundred thousand strings and objects
 * would take twice that, and the garbage collector would visit each of them. A token stays until
 * another takes its slot; whether it has expired is checked elsewhere at every use.
 */
export function createVerifiedCache(): VerifiedCache {
  const digests = new Uint32Array(slots * words);
  /** Number of the key; 0 for a free slot. */
  const verifiedBy = new Uint32Array(slots);
  const nextVictim = new Uint8Array(slots / ways);
  const numbers = createKeyNumbers();
  let size = 0;

  const setOf = (digest: string): number => wordOf(digest, 0) % (slots / ways);
  const isIn = (slot: number, digest: string): boolean => {
    for (let word = 0; word < words; word += 1) {
      if (digests[slot * words + word] !== wordOf(digest, word)) return false;
    }
    return true;
  };
  const find = (digest: string): number | null => {
    const first = setOf(digest) * ways;
    for (let slot = first; slot < first + ways; slot += 1) {
      if (verifiedBy[slot] !== 0 && isIn(slot, digest)) return slot;
    }
    return null;
  };
  const slotFor = (digest: string): number => {
    const set = setOf(digest);
    const victim = nextVictim[set] ?? 0;
    nextVictim[set] = (victim + 1) % ways;
    return set * ways + victim;
  };

  return {
    has(digest, key) {
      const slot = find(digest);
      return slot !== null && verifiedBy[slot] === numbers.known(key);
    },
    add(digest, key) {
      const slot = find(digest) ?? slotFor(digest);
      if (verifiedBy[slot] === 0) size += 1;
      verifiedBy[slot] = numbers.of(key);
      for (let word = 0; word < words; word += 1) {
        digests[slot * words + word] = wordOf(digest, word);
      }
    },
    size: () => size,
  };
}

/** From 1 on, and never reused: a key that returns is another object and gets another number. */
function createKeyNumbers() {
  const numbers = new WeakMap<KeyObject, number>();
  let last = 0;
  return {
    known: (key: KeyObject) => numbers.get(key),
    of(key: KeyObject): number {
      const known = numbers.get(key);
      if (known !== undefined) return known;
      last += 1;
      numbers.set(key, last);
      return last;
    },
  };
}

function wordOf(digest: string, word: number): number {
  const at = word * 4;
  const [a, b] = [digest.charCodeAt(at), digest.charCodeAt(at + 1)];
  const [c, d] = [digest.charCodeAt(at + 2), digest.charCodeAt(at + 3)];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
