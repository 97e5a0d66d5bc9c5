import type { AccountCache, Reach } from '../cache/account-cache.ts';
import { anything, readAccountEvent } from '../cache/account-event.ts';
import { parsePosition } from '../cache/position.ts';
import type { Verdict } from '../cache/verdicts.ts';
import type { ServerSentEvent } from './sse-parser.ts';

/** What the frames of the stream have said besides events. */
export interface Heard {
  readonly reach: Reach;
  /** Epoch seconds until which the System Log was read; null where it is not read. */
  readonly completeUntil: number | null;
  /** Times that the stream began anew, the first time not counted. */
  readonly gaps: number;
}

type Members = Readonly<Record<string, unknown>>;

/** Silent for so many heartbeats, a stream counts as cut. */
const heartbeatsMissed = 3;
const defaultHeartbeatSeconds = 1;

/**
 * Carries the frames of `GET /events` into the cache. A frame that cannot be read may have been any
 * event, so everything is dropped.
 */
export class FrameReader {
  readonly #cache: AccountCache<Verdict, unknown>;
  #isStarted = false;
  #reach: Reach = 'all';
  #completeUntil: number | null = null;
  #gaps = 0;
  #silenceMs = heartbeatsMissed * defaultHeartbeatSeconds * 1000;

  constructor(cache: AccountCache<Verdict, unknown>) {
    this.#cache = cache;
  }

  get heard(): Heard {
    return { reach: this.#reach, completeUntil: this.#completeUntil, gaps: this.#gaps };
  }

  /** Whether a stream has begun at all. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** How long the stream may be silent. */
  get silenceMs(): number {
    return this.#silenceMs;
  }

  read(frame: ServerSentEvent): void {
    const data = parseObject(frame.data);
    let isWhole = true;
    switch (frame.event) {
      case 'hello':
        isWhole = this.#hello(frame, data);
        break;
      case 'message':
        this.#event(frame, data);
        break;
      case 'heartbeat':
        this.#heartbeat(frame, data);
        break;
      case 'gap':
        this.#gap(frame);
        break;
      default:
        // A kind of frame of a later server.
        return;
    }
    if (isWhole) this.#cache.hear(this.#reach);
  }

  /** @returns whether nothing is missing now; of a resumed stream the next frame says so */
  #hello({ id }: ServerSentEvent, data: Members | null): boolean {
    const position = parsePosition(id);
    if (position === null || data === null)
      throw new Error('The stream does not begin as it should.');
    const seconds = data['heartbeatSeconds'];
    if (typeof seconds === 'number' && seconds > 0 && seconds <= 60) {
      this.#silenceMs = heartbeatsMissed * seconds * 1000;
    }
    this.#cache.allowSilence(this.#silenceMs);
    this.#isStarted = true;
    this.#note(data);
    const { applied } = this.#cache;
    if (data['resumed'] === true && applied?.epoch === position.epoch) return false;
    if (applied !== null) this.#gaps += 1;
    this.#cache.restart(position);
    return true;
  }

  #event({ id }: ServerSentEvent, data: Members | null): void {
    const position = parsePosition(id);
    // With an id that cannot be read the event is dropped at once, and its position comes with the next.
    this.#cache.apply(data === null ? anything : readAccountEvent(data), position);
  }

  #heartbeat({ id }: ServerSentEvent, data: Members | null): void {
    const position = parsePosition(id);
    if (position !== null) this.#cache.advance(position);
    if (data !== null) this.#note(data);
  }

  #gap({ id }: ServerSentEvent): void {
    this.#gaps += 1;
    const position = parsePosition(id);
    if (position === null) this.#cache.applyUnreadable(null);
    else this.#cache.restart(position);
  }

  #note({ reach, completeUntil }: Members): void {
    if (reach === 'all' || reach === 'local' || reach === 'cut off') this.#reach = reach;
    if (typeof completeUntil === 'number' || completeUntil === null) {
      this.#completeUntil = completeUntil;
    }
  }
}

function parseObject(text: string): Members | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Members) : null;
  } catch {
    return null;
  }
}
