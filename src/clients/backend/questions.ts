import { AccountApiUnavailable } from './api/unavailable.ts';
import type { ActiveAnswer, AskToken } from './api/verdict-answers.ts';
import type { AccountCache, CacheClock } from './cache/account-cache.ts';
import type { About, Answered } from './cache/marks.ts';
import type { Position } from './cache/position.ts';
import { digestOf, type Verdict } from './cache/verdicts.ts';

/** What came of a question about a token. */
export type Outcome<Kept> =
  | { readonly active: true; readonly verdict: Kept }
  | { readonly active: false; readonly reason: string };

/** Where a question was asked, and what the answer reflects. */
export interface Asked {
  readonly digest: string;
  readonly stamp: Position | null;
  /** As `CacheClock.elapsed`. */
  readonly askedAt: number;
}

export interface QuestionsOptions<Kept extends Verdict> {
  readonly cache: AccountCache<Kept, unknown>;
  readonly clock: CacheClock;
  readonly ask: AskToken;
  readonly toVerdict: (answer: ActiveAnswer, asked: Asked) => Kept;
}

interface Open<Kept> {
  readonly outcome: Promise<Outcome<Kept>>;
  isSent: boolean;
}

/** An answer that misses an event is asked for twice more. */
export const maxAttempts = 3;

/** Asks about tokens, once for all who wait, and keeps the answers that the cache allows to keep. */
export class Questions<Kept extends Verdict> {
  readonly #options: QuestionsOptions<Kept>;
  readonly #open = new Map<string, Open<Kept>>();
  #asked = 0;

  constructor(options: QuestionsOptions<Kept>) {
    this.#options = options;
  }

  /** Since the start. */
  get asked(): number {
    return this.#asked;
  }

  /**
   * @param isFresh whether Okta has to be asked after this call
   * @throws AccountApiUnavailable
   */
  about(token: string, { isFresh }: { readonly isFresh: boolean }): Promise<Outcome<Kept>> {
    const digest = digestOf(token);
    const key = isFresh ? `fresh ${digest}` : digest;
    const open = this.#open.get(key);
    // The marks of the cache void an answer that is too old for one who joined late; but nothing tells
    // how old an answer of Okta is for one who wants it fresh.
    if (open !== undefined && !(isFresh && open.isSent)) return open.outcome;
    const next: { isSent: boolean } = { isSent: false };
    const outcome = this.#ask(token, {
      digest,
      isFresh,
      onSent: () => {
        next.isSent = true;
      },
    }).finally(() => {
      if (this.#open.get(key)?.outcome === outcome) this.#open.delete(key);
    });
    this.#open.set(key, Object.assign(next, { outcome }));
    return outcome;
  }

  async #ask(
    token: string,
    how: { readonly digest: string; readonly isFresh: boolean; readonly onSent: () => void },
  ): Promise<Outcome<Kept>> {
    const { cache, clock, ask, toVerdict } = this.#options;
    const { digest, onSent } = how;
    let asksOkta = how.isFresh;
    let minimum: Position | null = null;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      this.#asked += 1;
      const askedAt = clock.elapsed();
      const heard = cache.heard;
      const { answer, stamp } = await ask({ token, asksOkta, minimum, onSent });
      const answered: Answered = { stamp, askedAt: heard, askedOkta: asksOkta };
      if (!answer.active) {
        // Okta may say so of a token that is known as good, and no event may ever come.
        cache.dropVerdict(digest);
        cache.keepRefusal(digest, { reason: answer.reason, askedAt }, answered);
        return answer;
      }
      const { userId, sessionId } = answer;
      const about: About = { kind: 'verdict', digest, userId, sessionId };
      const judgement = cache.judge(about, answered);
      const isUsable = judgement === 'KEEP' || judgement === 'USE';
      if (isUsable) {
        const verdict = toVerdict(answer, { digest, stamp, askedAt });
        if (judgement === 'KEEP') cache.keepVerdict(verdict);
        return { active: true, verdict };
      }
      asksOkta ||= judgement === 'ASK_OKTA';
      minimum = cache.applied;
    }
    // Not "active": every server that answered lacks an event about this very token or account.
    throw new AccountApiUnavailable('BEHIND');
  }
}
