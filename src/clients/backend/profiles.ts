import type { AskProfile, Profile } from './api/profile-answers.ts';
import { AccountApiUnavailable } from './api/unavailable.ts';
import type { AccountCache, CacheClock } from './cache/account-cache.ts';
import type { Position } from './cache/position.ts';
import type { Verdict } from './cache/verdicts.ts';
import { maxAttempts } from './questions.ts';

export interface ProfileReadsOptions {
  readonly cache: AccountCache<Verdict, Profile>;
  readonly clock: CacheClock;
  readonly ask: AskProfile;
}

/** Reads profiles through the cache, each once for all who wait. */
export class ProfileReads {
  readonly #options: ProfileReadsOptions;
  readonly #open = new Map<string, Promise<Profile | null>>();

  constructor(options: ProfileReadsOptions) {
    this.#options = options;
  }

  /** Null: there is no such account. @throws AccountApiUnavailable */
  of(userId: string): Promise<Profile | null> {
    const kept = this.#options.cache.profile(userId);
    if (kept !== null) return Promise.resolve(kept.profile);
    const open = this.#open.get(userId);
    if (open !== undefined) return open;
    const read = this.#read(userId).finally(() => this.#open.delete(userId));
    this.#open.set(userId, read);
    return read;
  }

  async #read(userId: string): Promise<Profile | null> {
    const { cache, clock, ask } = this.#options;
    let minimum: Position | null = null;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const askedAt = clock.elapsed();
      const heard = cache.heard;
      const { profile, stamp } = await ask({ userId, minimum });
      // Okta need not be asked for more: no answer about a profile is fresher than another.
      const answered = { stamp, askedAt: heard, askedOkta: true };
      const judgement = cache.judge({ kind: 'profile', userId }, answered);
      if (judgement === 'KEEP') cache.keepProfile(userId, { profile, stamp, askedAt });
      if (judgement !== 'ASK_AGAIN') return profile;
      minimum = cache.applied;
    }
    throw new AccountApiUnavailable('BEHIND');
  }
}
