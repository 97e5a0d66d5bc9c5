import { type AccountEvent, anything } from './account-event.ts';
import { type About, type Answered, type Judgement, Marks } from './marks.ts';
import { isBefore, type Position } from './position.ts';
import { type KeptProfile, Profiles } from './profiles.ts';
import { type Verdict, Verdicts } from './verdicts.ts';

/** `all`: every process of the API is heard. `local`: this one alone. `cut off`: no longer the others. */
export type Reach = 'all' | 'local' | 'cut off';

export interface CacheClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds of a clock that never jumps. */
  elapsed(): number;
}

export interface CacheOptions {
  /** How long what was asked for may be used while the stream is cut. */
  readonly maxStaleMs: number;
  /** How long a profile may be used at all, since not every change of one has an event. */
  readonly maxProfileMs: number;
  readonly maxVerdicts: number;
  readonly clock: CacheClock;
}

/** How long a refusal is used. It may end by an event that does not name the token. */
const refusalMs = 5_000;
const maxRefusals = 10_000;

interface KeptRefusal {
  readonly reason: string;
  readonly askedAt: number;
}

/**
 * Verdicts and profiles in memory, kept true by the stream of events. Every entry that it gives out
 * reflects all events up to `applied`; see docs/backend.md for why.
 */
export class AccountCache<Kept extends Verdict, Profile> {
  readonly #options: CacheOptions;
  readonly #marks = new Marks();
  readonly #verdicts: Verdicts<Kept>;
  readonly #profiles: Profiles<Profile>;
  /** By digest. Apart from the verdicts, so that no flood of bad tokens can evict a good one. */
  #refusals = new Map<string, KeptRefusal>();
  /** How long the stream speaks for what is kept: its last frame, and the time it may be silent. */
  #trustedUntil = Number.NEGATIVE_INFINITY;
  #silenceMs = 3_000;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#verdicts = new Verdicts(options.maxVerdicts);
    this.#profiles = new Profiles(options.maxVerdicts);
  }

  get applied(): Position | null {
    return this.#marks.applied;
  }

  get sizes(): { readonly verdicts: number; readonly profiles: number } {
    return { verdicts: this.#verdicts.size, profiles: this.#profiles.size };
  }

  /** For `Answered.askedAt`. */
  get heard(): number {
    return this.#marks.now;
  }

  /** Null where the API has to be asked. */
  verdict(token: string): Kept | null {
    const verdict = this.#verdicts.find(token);
    if (verdict === null) return null;
    const { clock } = this.#options;
    return clock.now() < verdict.expiresAt && this.#isFresh(verdict.askedAt) ? verdict : null;
  }

  /** Why the token was refused a moment ago; null where the API has to be asked. */
  refusal(digest: string): string | null {
    const refusal = this.#refusals.get(digest);
    if (refusal === undefined) return null;
    return this.#options.clock.elapsed() < refusal.askedAt + refusalMs ? refusal.reason : null;
  }

  profile(userId: string): KeptProfile<Profile> | null {
    const kept = this.#profiles.find(userId);
    if (kept === undefined) return null;
    const isYoung = this.#options.clock.elapsed() < kept.askedAt + this.#options.maxProfileMs;
    return isYoung && this.#isFresh(kept.askedAt) ? kept : null;
  }

  /** Whether an answer may be used and kept. */
  judge(about: About, answered: Answered): Judgement {
    return this.#marks.judge(about, answered);
  }

  keepVerdict(verdict: Kept): void {
    this.#verdicts.add(verdict);
  }

  dropVerdict(digest: string): void {
    this.#verdicts.drop({ kind: 'token', digest }, null);
  }

  /** Only where the answer reflects all that was heard: whose token it is, is not known. */
  keepRefusal(digest: string, refusal: KeptRefusal, { stamp, askedAt }: Answered): void {
    const { applied } = this.#marks;
    if (askedAt !== this.#marks.now) return;
    if (applied !== null && (stamp?.epoch !== applied.epoch || isBefore(stamp, applied))) return;
    if (this.#refusals.size >= maxRefusals) this.#refusals = new Map();
    this.#refusals.set(digest, refusal);
  }

  keepProfile(userId: string, kept: KeptProfile<Profile>): void {
    this.#profiles.add(userId, kept);
  }

  /** A frame has come, so the stream was whole until now. */
  hear(reach: Reach): void {
    if (reach === 'cut off') return;
    const { clock, maxStaleMs } = this.#options;
    this.#trustedUntil = clock.elapsed() + Math.max(this.#silenceMs, maxStaleMs);
  }

  /** How long the stream may be silent before it counts as cut. */
  allowSilence(ms: number): void {
    this.#silenceMs = ms;
  }

  clear(): void {
    this.#verdicts.clear();
    this.#profiles.clear();
    this.#refusals = new Map();
  }

  /** The stream begins anew: what is kept may lack events. */
  restart(position: Position): void {
    this.#marks.restart(position);
    this.clear();
  }

  /** Every event up to the position was heard. A stream of another epoch begins anew. */
  advance(position: Position): void {
    const { applied } = this.#marks;
    if (applied === null || applied.epoch !== position.epoch) this.restart(position);
    else this.#marks.advance(position);
  }

  /** @param position null: this event has none yet, and comes again with it */
  apply(event: AccountEvent, position: Position | null): void {
    const { applied } = this.#marks;
    if (position !== null) {
      if (applied === null || applied.epoch !== position.epoch) {
        this.restart(position);
        return;
      }
      if (!isBefore(applied, position)) return;
    }
    this.#marks.note(event, position, this.#options.clock.elapsed());
    if (position !== null) this.#marks.advance(position);
    if (event.dropsVerdicts) this.#verdicts.drop(event.subject, position);
    if (event.dropsProfiles) this.#profiles.drop(event.subject, position);
    this.#refusals = new Map();
  }

  /** An event came that cannot be read. */
  applyUnreadable(position: Position | null): void {
    this.apply(anything, position);
  }

  #isFresh(askedAt: number): boolean {
    const elapsed = this.#options.clock.elapsed();
    return elapsed < this.#trustedUntil || elapsed < askedAt + this.#options.maxStaleMs;
  }
}
