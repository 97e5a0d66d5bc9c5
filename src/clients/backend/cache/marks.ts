import type { AccountEvent, Subject } from './account-event.ts';
import { isBefore, later, type Position } from './position.ts';

/** What an answer is about: a verdict on a token, or the profile of a user. */
export type About =
  | {
      readonly kind: 'verdict';
      readonly digest: string;
      /** Both null where the answer does not say, as for a token that is not active. */
      readonly userId: string | null;
      readonly sessionId: string | null;
    }
  | { readonly kind: 'profile'; readonly userId: string };

export interface Answered {
  /** The position that the server had applied when the request arrived; null where it says none. */
  readonly stamp: Position | null;
  /** `Marks.now` when the question was sent. */
  readonly askedAt: number;
  readonly askedOkta: boolean;
}

/** KEEP it and use it; USE it this once; or ask again, with a minimum or with an introspection at Okta. */
export type Judgement = 'KEEP' | 'USE' | 'ASK_AGAIN' | 'ASK_OKTA';

interface Mark {
  /** Of the last event; null where none of them had a position. */
  position: Position | null;
  /** When the last event without a position was heard, as `Marks.now` counts. */
  heardAt: number;
  /** For `other sessions`: the one that is not concerned. */
  except: string | null;
  notedAtMs: number;
}

/** Longer than a question may take. */
const keptMs = 60_000;
const maxMarks = 20_000;

/**
 * What has been heard from the stream of events, and whether an answer reflects it. An answer is kept
 * only if no event that concerns it lies between its stamp and what this cache has applied; so a kept
 * answer reflects every event up to `applied`. No clock takes part: positions alone decide.
 */
export class Marks {
  /** Null until the stream was connected for the first time. */
  #applied: Position | null = null;
  /** Marks before this position may have been forgotten. */
  #floor: Position | null = null;
  /** In the order in which they were last set. */
  readonly #marks = new Map<string, Mark>();
  #count = 0;
  /** As the floor, for events without a position. */
  #heardFloor = 0;

  get applied(): Position | null {
    return this.#applied;
  }

  /** Counts what was heard; for `Answered.askedAt`. */
  get now(): number {
    return this.#count;
  }

  /** The stream goes on at a position, and what was before it may be missing. */
  restart(position: Position): void {
    if (position.epoch !== this.#applied?.epoch) this.#marks.clear();
    this.#applied = position;
    this.#floor = position;
    // What was asked before is void: marks without a position may just have been forgotten.
    this.#count += 1;
    this.#heardFloor = this.#count;
  }

  /** Everything up to the position has been heard. */
  advance(position: Position): void {
    this.#applied = later(this.#applied, position);
  }

  /** @param position null: the server did or heard this before it had one */
  note(
    { subject, dropsVerdicts, dropsProfiles }: AccountEvent,
    position: Position | null,
    nowMs: number,
  ): void {
    this.#count += 1;
    if (subject.kind === 'everyone') {
      if (position === null) this.#heardFloor = this.#count;
      else this.#floor = later(this.#floor, position);
    } else {
      if (dropsVerdicts)
        for (const key of verdictKeys(subject)) this.#set(key, subject, position, nowMs);
      if (dropsProfiles && 'userId' in subject) {
        this.#set(`profile ${subject.userId}`, subject, position, nowMs);
      }
    }
    this.#forgetOld(nowMs);
  }

  judge(about: About, { stamp, askedAt, askedOkta }: Answered): Judgement {
    const marks = this.#concerning(about);
    const heardAt = Math.max(this.#heardFloor, ...marks.map((mark) => mark.heardAt));
    if (heardAt > askedAt) return 'ASK_AGAIN';
    // Without a stream nothing is known to be missing; the age of the answer alone bounds its use.
    if (this.#applied === null) return 'KEEP';
    if (stamp === null || stamp.epoch !== this.#applied.epoch) {
      return marks.length > 0 && !askedOkta ? 'ASK_OKTA' : 'USE';
    }
    if (this.#floor !== null && isBefore(stamp, this.#floor)) return 'ASK_AGAIN';
    const isMissed = marks.some(({ position }) => position !== null && isBefore(stamp, position));
    return isMissed ? 'ASK_AGAIN' : 'KEEP';
  }

  #concerning(about: About): readonly Mark[] {
    return keysOf(about).flatMap((key) => {
      const mark = this.#marks.get(key);
      const isExcepted =
        mark?.except != null && about.kind === 'verdict' && about.sessionId === mark.except;
      return mark === undefined || isExcepted ? [] : [mark];
    });
  }

  #set(key: string, subject: Subject, position: Position | null, nowMs: number): void {
    const mark = this.#marks.get(key) ?? { position: null, heardAt: 0, except: null, notedAtMs: 0 };
    const except = key.startsWith('others ') && 'sessionId' in subject ? subject.sessionId : null;
    // The session that was excepted until now is concerned by this event alone, any other by both.
    if (mark.except !== null && mark.except !== except) this.#merge(`user ${key.slice(7)}`, mark);
    mark.position = later(mark.position, position);
    if (position === null) mark.heardAt = this.#count;
    mark.except = except;
    mark.notedAtMs = nowMs;
    this.#marks.delete(key);
    this.#marks.set(key, mark);
  }

  #merge(key: string, { position, heardAt, notedAtMs }: Mark): void {
    const mark = this.#marks.get(key);
    if (mark === undefined) {
      this.#marks.set(key, { position, heardAt, except: null, notedAtMs });
    } else {
      mark.position = later(mark.position, position);
      mark.heardAt = Math.max(mark.heardAt, heardAt);
    }
  }

  #forgetOld(nowMs: number): void {
    for (const [key, { position, heardAt, notedAtMs }] of this.#marks) {
      if (this.#marks.size <= maxMarks && notedAtMs > nowMs - keptMs) return;
      this.#marks.delete(key);
      this.#floor = later(this.#floor, position);
      this.#heardFloor = Math.max(this.#heardFloor, heardAt);
    }
  }
}

function verdictKeys(subject: Subject): readonly string[] {
  switch (subject.kind) {
    case 'user':
      return [`user ${subject.userId}`];
    case 'session':
      return [`session ${subject.userId} ${subject.sessionId}`, `sessions ${subject.userId}`];
    case 'other sessions':
      return [`others ${subject.userId}`];
    case 'token':
      return [`token ${subject.digest}`];
    default:
      return [];
  }
}

/** A verdict that names no session may be of any session of the user. */
function keysOf(about: About): readonly string[] {
  if (about.kind === 'profile') return [`profile ${about.userId}`];
  const { digest, userId, sessionId } = about;
  if (userId === null) return [`token ${digest}`];
  const session = sessionId === null ? `sessions ${userId}` : `session ${userId} ${sessionId}`;
  return [`token ${digest}`, `user ${userId}`, `others ${userId}`, session];
}
