import { hash } from 'node:crypto';
import type { Subject } from './account-event.ts';
import { HotTokens } from './hot-tokens.ts';
import { isBefore, type Position } from './position.ts';

/** What the cache itself needs to know of a verdict on a token. */
export interface Verdict {
  readonly digest: string;
  readonly userId: string;
  readonly sessionId: string | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The position that it reflects; null where no stream was connected. */
  readonly stamp: Position | null;
  /** When it was asked for, in milliseconds of a clock that never jumps. */
  readonly askedAt: number;
}

interface Entry<Kept extends Verdict> {
  readonly verdict: Kept;
  isDropped: boolean;
  /** Since an eviction last passed it. */
  isUsed: boolean;
}

/** SHA-256 of the whole token, one character per byte. A token spelt in another way has another one. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'binary');
}

/**
 * Verdicts on active tokens by the SHA-256 of the token, at most `max`. An eviction takes the oldest that
 * was not used since the last one passed it.
 */
export class Verdicts<Kept extends Verdict> {
  readonly #max: number;
  readonly #hot = new HotTokens<Entry<Kept>>();
  #byDigest = new Map<string, Entry<Kept>>();
  /** One entry for most users, and a set for those with several tokens. */
  #byUser = new Map<string, Entry<Kept> | Set<Entry<Kept>>>();
  #oldest = this.#byDigest.values();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#byDigest.size;
  }

  find(token: string): Kept | null {
    const hot = this.#hot.find(token);
    if (hot !== undefined && !hot.isDropped) {
      hot.isUsed = true;
      return hot.verdict;
    }
    const entry = this.#byDigest.get(digestOf(token));
    if (entry === undefined) return null;
    entry.isUsed = true;
    this.#hot.add(token, entry);
    return entry.verdict;
  }

  add(verdict: Kept): void {
    const before = this.#byDigest.get(verdict.digest);
    if (before !== undefined) this.#remove(before);
    while (this.#byDigest.size >= this.#max) this.#evict();
    const entry = { verdict, isDropped: false, isUsed: false };
    this.#byDigest.set(verdict.digest, entry);
    this.#index(entry);
  }

  /**
   * Drops what the subject concerns. A verdict with a later stamp reflects the event already.
   * @param position null: drops it whatever its stamp
   */
  drop(subject: Subject, position: Position | null): void {
    if (subject.kind === 'everyone') this.clear();
    for (const entry of this.#entriesOf(subject)) {
      const { stamp, sessionId } = entry.verdict;
      const isReflected = position !== null && stamp !== null && !isBefore(stamp, position);
      if (!isReflected && isConcerned(sessionId, subject)) this.#remove(entry);
    }
  }

  clear(): void {
    this.#hot.clear();
    this.#byDigest = new Map();
    this.#byUser = new Map();
    this.#oldest = this.#byDigest.values();
  }

  #entriesOf(subject: Subject): readonly Entry<Kept>[] {
    const ofUser = 'userId' in subject ? this.#byUser.get(subject.userId) : undefined;
    const found = subject.kind === 'token' ? this.#byDigest.get(subject.digest) : ofUser;
    if (found === undefined) return [];
    return found instanceof Set ? [...found] : [found];
  }

  #index(entry: Entry<Kept>): void {
    const { userId } = entry.verdict;
    const others = this.#byUser.get(userId);
    if (others === undefined) this.#byUser.set(userId, entry);
    else if (others instanceof Set) others.add(entry);
    else this.#byUser.set(userId, new Set([others, entry]));
  }

  #remove(entry: Entry<Kept>): void {
    const { digest, userId } = entry.verdict;
    entry.isDropped = true;
    this.#byDigest.delete(digest);
    const ofUser = this.#byUser.get(userId);
    if (ofUser instanceof Set) ofUser.delete(entry);
    if (ofUser === entry || (ofUser instanceof Set && ofUser.size === 0)) {
      this.#byUser.delete(userId);
    }
  }

  #evict(): void {
    // One iterator for all evictions: a new one would pass all that was deleted in front, each time.
    let next = this.#oldest.next();
    if (next.done === true) {
      this.#oldest = this.#byDigest.values();
      next = this.#oldest.next();
    }
    const entry = next.value;
    if (entry === undefined) return;
    if (!entry.isUsed) {
      this.#remove(entry);
      return;
    }
    entry.isUsed = false;
    this.#byDigest.delete(entry.verdict.digest);
    this.#byDigest.set(entry.verdict.digest, entry);
  }
}

function isConcerned(sessionId: string | null, subject: Subject): boolean {
  switch (subject.kind) {
    case 'session':
      return sessionId === null || sessionId === subject.sessionId;
    case 'other sessions':
      return sessionId !== subject.sessionId;
    default:
      return true;
  }
}
