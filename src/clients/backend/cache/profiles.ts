import type { Subject } from './account-event.ts';
import { isBefore, type Position } from './position.ts';

export interface KeptProfile<Profile> {
  /** Null: there is no such account. */
  readonly profile: Profile | null;
  readonly stamp: Position | null;
  /** In milliseconds of a clock that never jumps. */
  readonly askedAt: number;
}

/** Profiles by user id, at most `max`; the oldest goes first. */
export class Profiles<Profile> {
  readonly #max: number;
  #byUser = new Map<string, KeptProfile<Profile>>();
  #oldest = this.#byUser.keys();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#byUser.size;
  }

  find(userId: string): KeptProfile<Profile> | undefined {
    return this.#byUser.get(userId);
  }

  add(userId: string, kept: KeptProfile<Profile>): void {
    this.#byUser.delete(userId);
    while (this.#byUser.size >= this.#max) this.#evict();
    this.#byUser.set(userId, kept);
  }

  /** As `Verdicts.drop`. */
  drop(subject: Subject, position: Position | null): void {
    if (subject.kind === 'everyone') this.clear();
    if (!('userId' in subject)) return;
    const stamp = this.#byUser.get(subject.userId)?.stamp;
    const isReflected = position !== null && stamp != null && !isBefore(stamp, position);
    if (!isReflected) this.#byUser.delete(subject.userId);
  }

  clear(): void {
    this.#byUser = new Map();
    this.#oldest = this.#byUser.keys();
  }

  #evict(): void {
    // One iterator for all evictions: a new one would pass all that was deleted in front, each time.
    let next = this.#oldest.next();
    if (next.done === true) {
      this.#oldest = this.#byUser.keys();
      next = this.#oldest.next();
    }
    if (next.value !== undefined) this.#byUser.delete(next.value);
  }
}
