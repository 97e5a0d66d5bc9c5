import { RateLimited } from '../../identity/errors.ts';
import type { Bucket, Place, Priority } from '../wire/endpoints.ts';
import { longestWindowMs, readRateLimit, untilReset } from '../wire/rate-limit.ts';
import { reserves } from './priorities.ts';
import type { ResponseHead } from './response.ts';

/**
 * `GO`: now. `WAIT`: until the answer to a call in flight shows what is left. An error: refused until
 * the time that it names.
 */
export type Admission = 'GO' | 'WAIT' | Error;

/** What is left of Okta's rate limits, by the headers of its answers. Every process sees the same. */
export interface Budget {
  /** @returns RateLimited when the rest is reserved for higher priorities */
  check(place: Place): Admission;
  /** For a call behind `ahead` others: RateLimited if these use up the share of the priority. */
  refusalBehind(place: Place, ahead: number): Error | null;
  begin(bucket: Bucket): void;
  /** @param answer null if none came, or none that can be read */
  end(bucket: Bucket, answer: ResponseHead | null): void;
  /** Milliseconds to wait after a 429 until log-ins may use the bucket again; 0 if they may now. */
  closedForMs(bucket: Bucket): number;
  /**
   * Milliseconds between calls, so that the share of the priority lasts until the reset. Infinity if
   * nothing is left, 0 if the limit is unknown.
   */
  spacingMs(place: Place): number;
  stats(): ReadonlyMap<Bucket, BudgetStats>;
}

export interface BudgetStats {
  /** Null until an answer has shown it. */
  readonly limit: number | null;
  readonly remaining: number | null;
  /** Epoch milliseconds, by our own clock. */
  readonly resetAt: number | null;
  readonly inFlight: number;
}

/** The latest known state of one bucket. */
interface Window {
  readonly limit: number;
  readonly remaining: number;
  /** By Okta's clock; identifies the window. */
  readonly resetAt: number;
  /** By our clock. Okta's `Date` has whole seconds, so this is up to one second late and never early. */
  readonly opensAt: number;
  /** Okta has answered 429. Having nothing left is not enough. */
  readonly refused: boolean;
  /** Keeps the processes of one org from resuming at the same moment. */
  readonly jitterMs: number;
}

interface State {
  window: Window | null;
  inFlight: number;
}

const longestJitterMs = 500;
/** Rounding may shift the reset time of one window by a second. */
const sameResetMs = 1_000;
/**
 * At /authorize each client address, with its device, also has its own limit, and its headers look
 * like those of the org (developer.okta.com/docs/reference/rl-clientbased).
 */
const limitOfOneClient = 60;
/**
 * When nothing is left, Okta may still accept log-ins ("burst"), up to five times the limit, without
 * showing it in the headers. This many calls try concurrently until a 429.
 */
const triesWhenExhausted = 2;

export function createBudget(now: () => number): Budget {
  const states = new Map<Bucket, State>();

  const stateOf = (bucket: Bucket): State => {
    const known = states.get(bucket);
    if (known !== undefined) return known;
    const state = { window: null, inFlight: 0 };
    states.set(bucket, state);
    return state;
  };

  return {
    check: ({ bucket, priority }) => checkState(stateOf(bucket), priority, now()),
    refusalBehind({ bucket, priority }, ahead) {
      const { window } = stateOf(bucket);
      // Log-ins may pass even if nothing is left.
      if (window === null || priority === 'interactive' || ahead < leftTo(priority, window, now()))
        return null;
      return untilReopened(window, now());
    },
    begin(bucket) {
      stateOf(bucket).inFlight += 1;
    },
    end(bucket, answer) {
      const state = stateOf(bucket);
      state.inFlight -= 1;
      const reported = answer === null ? null : windowOf(answer, now());
      if (reported === null || isOfOneClient(bucket, reported)) return;
      const known = state.window;
      state.window = known === null ? reported : newest(known, reported, hasReset(known, now()));
    },
    closedForMs(bucket) {
      const { window } = stateOf(bucket);
      if (window === null || !window.refused || hasReset(window, now())) return 0;
      // A timer may fire a millisecond early.
      return reopensAt(window) - now() + 1;
    },
    spacingMs({ bucket, priority }) {
      const { window } = stateOf(bucket);
      if (window === null || hasReset(window, now())) return 0;
      return (reopensAt(window) - now()) / Math.max(0, leftTo(priority, window, now()));
    },
    stats: () => new Map([...states].map(([bucket, state]) => [bucket, statsOf(state)])),
  };
}

/** Assumes that Okta has not counted the calls in flight, so that the rest is never overestimated. */
function checkState({ window, inFlight }: State, priority: Priority, now: number): Admission {
  if (window === null) return 'GO';
  const left = leftTo(priority, window, now);
  if (left > 0) return inFlight < left ? 'GO' : 'WAIT';
  if (priority === 'interactive' && !window.refused)
    return inFlight < triesWhenExhausted ? 'GO' : 'WAIT';
  return untilReopened(window, now);
}

function leftTo(priority: Priority, window: Window, now: number): number {
  const remaining = hasReset(window, now) ? window.limit : window.remaining;
  return remaining - Math.floor(window.limit * reserves[priority]);
}

function untilReopened(window: Window, now: number): RateLimited {
  const seconds = Math.ceil((reopensAt(window) - now) / 1000);
  return new RateLimited('UPSTREAM', Math.max(1, seconds));
}

function hasReset(window: Window, now: number): boolean {
  const leftMs = reopensAt(window) - now;
  return leftMs <= 0 || leftMs > longestWindowMs + longestJitterMs;
}

function reopensAt({ opensAt, refused, jitterMs }: Window): number {
  return refused ? opensAt + jitterMs : opensAt;
}

/** Null if the answer has no rate limit, or an impossible one. */
function windowOf({ headers, status }: ResponseHead, now: number): Window | null {
  const reported = readRateLimit(headers);
  if (reported === null || reported.limit === 0) return null;
  const leftMs = untilReset(reported, headers, now);
  if (!(leftMs > 0 && leftMs <= longestWindowMs)) return null;
  return {
    limit: reported.limit,
    remaining: reported.remaining,
    resetAt: reported.resetAt.getTime(),
    opensAt: now + leftMs,
    // A 429 with requests left is about another limit, such as sign-ins per username and second.
    refused: status === 429 && reported.remaining === 0,
    jitterMs: Math.random() * longestJitterMs,
  };
}

function isOfOneClient(bucket: Bucket, { limit }: Window): boolean {
  return bucket === 'authorize' && limit <= limitOfOneClient;
}

/** Answers come in any order. Within a window the remaining number only falls. */
function newest(known: Window, reported: Window, hasReset: boolean): Window {
  // A lower limit is that of one client, which does not apply to others. If Okta has lowered the
  // limit of the org, a few calls too many pass until the reset.
  if (reported.limit < known.limit && (!hasReset || reported.refused)) return known;
  if (reported.limit > known.limit || reported.resetAt > known.resetAt + sameResetMs)
    return reported;
  if (hasReset || reported.resetAt < known.resetAt - sameResetMs) return known;
  return {
    ...known,
    remaining: Math.min(known.remaining, reported.remaining),
    opensAt: Math.min(known.opensAt, reported.opensAt),
    refused: known.refused || reported.refused,
  };
}

function statsOf({ window, inFlight }: State): BudgetStats {
  if (window === null) return { limit: null, remaining: null, resetAt: null, inFlight };
  const { limit, remaining } = window;
  return { limit, remaining, resetAt: reopensAt(window), inFlight };
}
