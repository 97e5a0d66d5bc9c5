import { RateLimited } from '../../identity/errors.ts';
import type { Bucket, Place, Priority } from '../wire/endpoints.ts';
import { longestWindowMs, readRateLimit, untilReset } from '../wire/rate-limit.ts';
import { reserves } from './priorities.ts';

/**
 * GO: now. WAIT: until the answer to a call in flight shows what is left. An error: not before the
 * time that it names.
 */
export type Admission = 'GO' | 'WAIT' | Error;

/** What is left of Okta's limits, by what its answers say. Every process of an org sees the same. */
export interface Budget {
  /** @returns RateLimited where the priority has to leave what is left to others */
  look(place: Place): Admission;
  /** For a call behind `ahead` others: RateLimited where these use up what the priority may have. */
  refusalBehind(place: Place, ahead: number): Error | null;
  begin(bucket: Bucket): void;
  /** @param answer null: none came, or none that can be read */
  end(bucket: Bucket, answer: Response | null): void;
  /** Milliseconds to wait after a 429, until the bucket is open to log-ins again; 0: it is. */
  closedForMs(bucket: Bucket): number;
  /**
   * Milliseconds between calls with which what is left to the priority lasts until the reset, which
   * is Infinity where nothing is; 0: it is not known.
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

/** The newest that is known of one bucket. */
interface Window {
  readonly limit: number;
  readonly remaining: number;
  /** By Okta's clock; identifies the window. */
  readonly resetAt: number;
  /** By ours. Okta's `Date` has whole seconds, so up to one late and never early. */
  readonly opensAt: number;
  /** Okta has answered 429, and not only said that nothing is left. */
  readonly refused: boolean;
  /** So that the processes of one org do not come back as one. */
  readonly jitterMs: number;
}

interface State {
  window: Window | null;
  inFlight: number;
}

const longestJitterMs = 500;
/** The reset time of one window may differ by a second, by rounding. */
const sameResetMs = 1_000;
/**
 * At /authorize each client address, with its device, has another limit of its own, whose headers
 * look like those of the org (developer.okta.com/docs/reference/rl-clientbased).
 */
const limitOfOneClient = 60;
/**
 * Where nothing is left, Okta may still let log-ins pass ("burst"), up to five times the limit,
 * without showing it in the headers. This many calls try at a time until a 429.
 */
const triesOnEmpty = 2;

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
    look: ({ bucket, priority }) => lookAt(stateOf(bucket), priority, now()),
    refusalBehind({ bucket, priority }, ahead) {
      const { window } = stateOf(bucket);
      // Log-ins may pass where nothing is left.
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
      state.window = known === null ? reported : newest(known, reported, isOver(known, now()));
    },
    closedForMs(bucket) {
      const { window } = stateOf(bucket);
      if (window === null || !window.refused || isOver(window, now())) return 0;
      // A timer may fire a millisecond early.
      return reopensAt(window) - now() + 1;
    },
    spacingMs({ bucket, priority }) {
      const { window } = stateOf(bucket);
      if (window === null || isOver(window, now())) return 0;
      return (reopensAt(window) - now()) / Math.max(0, leftTo(priority, window, now()));
    },
    stats: () => new Map([...states].map(([bucket, state]) => [bucket, statsOf(state)])),
  };
}

/** Calls that Okta may have counted or not are taken as not counted: what is left is at least this. */
function lookAt({ window, inFlight }: State, priority: Priority, now: number): Admission {
  if (window === null) return 'GO';
  const left = leftTo(priority, window, now);
  if (left > 0) return inFlight < left ? 'GO' : 'WAIT';
  if (priority === 'interactive' && !window.refused) return inFlight < triesOnEmpty ? 'GO' : 'WAIT';
  return untilReopened(window, now);
}

function leftTo(priority: Priority, window: Window, now: number): number {
  const remaining = isOver(window, now) ? window.limit : window.remaining;
  return remaining - Math.floor(window.limit * reserves[priority]);
}

function untilReopened(window: Window, now: number): RateLimited {
  const seconds = Math.ceil((reopensAt(window) - now) / 1000);
  return new RateLimited('UPSTREAM', Math.max(1, seconds));
}

function isOver(window: Window, now: number): boolean {
  const leftMs = reopensAt(window) - now;
  return leftMs <= 0 || leftMs > longestWindowMs + longestJitterMs;
}

function reopensAt({ opensAt, refused, jitterMs }: Window): number {
  return refused ? opensAt + jitterMs : opensAt;
}

/** Null: the answer says nothing of a bucket, or nothing that can be true. */
function windowOf({ headers, status }: Response, now: number): Window | null {
  const reported = readRateLimit(headers);
  if (reported === null || reported.limit === 0) return null;
  const leftMs = untilReset(reported, headers, now);
  if (!(leftMs > 0 && leftMs <= longestWindowMs)) return null;
  return {
    limit: reported.limit,
    remaining: reported.remaining,
    resetAt: reported.resetAt.getTime(),
    opensAt: now + leftMs,
    // With requests left it was another limit, such as that of sign-ins per username and second.
    refused: status === 429 && reported.remaining === 0,
    jitterMs: Math.random() * longestJitterMs,
  };
}

function isOfOneClient(bucket: Bucket, { limit }: Window): boolean {
  return bucket === 'authorize' && limit <= limitOfOneClient;
}

/** Answers come in any order: within a window what is left only falls. */
function newest(known: Window, reported: Window, isOver: boolean): Window {
  // The limit of one client, which does not apply to the others. Okta may also lower a limit; then a
  // few calls pass that should not.
  if (reported.limit < known.limit && (!isOver || reported.refused)) return known;
  if (reported.limit > known.limit || reported.resetAt > known.resetAt + sameResetMs)
    return reported;
  if (isOver || reported.resetAt < known.resetAt - sameResetMs) return known;
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
