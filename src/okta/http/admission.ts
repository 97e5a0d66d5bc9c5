import { RateLimited, UpstreamUnavailable } from '../../identity/errors.ts';
import {
  type Bucket,
  endpoints,
  type OktaEndpoint,
  type Place,
  type Priority,
} from '../wire/endpoints.ts';
import { NoAnswer } from '../wire/no-answer.ts';
import { readRateLimit } from '../wire/rate-limit.ts';
import type { Interceptor } from './call.ts';
import {
  type CircuitChange,
  type CircuitStateName,
  type Circuits,
  createCircuits,
} from './circuit-breaker.ts';
import {
  byPriority,
  type ConcurrencyStats,
  createConcurrencyLimit,
  type Permit,
} from './concurrency-limit.ts';
import { type Admission, type BudgetStats, createBudget } from './rate-limit-budget.ts';

/** Lets a call through when it may be made, and learns from its answer. */
export function admission(upstream: Pick<Upstream, 'acquire'>): Interceptor {
  return (next) => async (call) => {
    const lease = await upstream.acquire(call.request.endpoint, call.signal);
    call.deadline.start();
    let answer: Response | null = null;
    try {
      const attempt = await next(call);
      answer = 'response' in attempt ? attempt.response : null;
      return attempt;
    } finally {
      lease.release(answer);
    }
  };
}

/** Which calls to Okta may be made, and when; one for all calls of this process to one org. */
export interface Upstream {
  /**
   * Waits for a connection. What it refuses is refused at once, and no call is made.
   * @throws RateLimited where what Okta's limit leaves is for others; UpstreamUnavailable where Okta
   * has not answered lately, or too many wait; the signal's reason
   */
  acquire(endpoint: OktaEndpoint, signal: AbortSignal): Promise<Lease>;
  readonly circuits: Pick<Circuits, 'run'>;
  /** Milliseconds until Okta's limit allows calls again; 0: no call was refused. */
  closedForMs(endpoint: OktaEndpoint): number;
  /**
   * Milliseconds from one call to the next with which what Okta's limit leaves lasts until it is reset:
   * Infinity where nothing is left, 0 where it is not known.
   */
  spacingMs(endpoint: OktaEndpoint): number;
  stats(): UpstreamStats;
}

/** That one call may be made now. */
export interface Lease {
  /** Call it once. @param answer null: none came */
  release(answer: Response | null): void;
}

/** Plain figures, for metrics. */
export interface UpstreamStats {
  readonly buckets: Readonly<Partial<Record<Bucket, BucketStats>>>;
  readonly connections: ConcurrencyStats;
}

export interface BucketStats extends BudgetStats {
  readonly circuit: CircuitStateName;
  /** Refused without a call, since the process began. */
  readonly shed: Readonly<Record<Shed, Readonly<Record<Priority, number>>>>;
}

/** By a limit of Okta's, a circuit that is open, or a queue that is full. */
type Shed = 'budget' | 'circuit' | 'queue';

interface Options {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onCircuit?: (change: CircuitChange) => void;
}

/** Okta allows 75 requests at a time (35 in an Integrator org) to all the org's clients together. */
export const maxConnections = 40;
/**
 * Of one priority. At a tenth of a second a call it is a wait of 2.5 seconds: callers are still there.
 */
const maxQueued = 1_000;

export function createUpstream({ now, onCircuit = () => undefined }: Options): Upstream {
  const budget = createBudget(now);
  const circuits = createCircuits({ now, onChange: onCircuit });
  const shed = createShedCounts();
  const connections = createConcurrencyLimit({
    most: maxConnections,
    look: (place): Admission => circuits.look(place.bucket) ?? budget.look(place),
    begin({ bucket }) {
      circuits.begin(bucket);
      budget.begin(bucket);
    },
    queueFull: (place, { waiting, ahead }) =>
      waiting < maxQueued
        ? budget.refusalBehind(place, ahead)
        : new UpstreamUnavailable({ cause: new NoAnswer('QUEUE_FULL') }),
  });

  return {
    circuits,
    async acquire(endpoint, signal) {
      const place = endpoints[endpoint];
      try {
        const permit = await connections.acquire(place, signal);
        return {
          release(answer) {
            budget.end(place.bucket, answer);
            if (answer !== null) adapt(permit, answer);
            permit.release();
          },
        };
      } catch (error) {
        if (!signal.aborted) shed.add(place, error);
        throw error;
      }
    },
    closedForMs: (endpoint) => budget.closedForMs(endpoints[endpoint].bucket),
    spacingMs: (endpoint) => budget.spacingMs(endpoints[endpoint]),
    stats() {
      const states = circuits.stats();
      const buckets = [...budget.stats()].map(([bucket, stats]) => [
        bucket,
        { ...stats, circuit: states.get(bucket) ?? 'CLOSED', shed: shed.of(bucket) },
      ]);
      return { buckets: Object.fromEntries(buckets), connections: connections.stats() };
    },
  };
}

/**
 * A limit of 0 in the headers means the limit of concurrent requests, whatever is left by the minute.
 */
function adapt(permit: Permit, { status, headers }: Response): void {
  if (status !== 429) permit.increaseLimit();
  else if (readRateLimit(headers)?.limit === 0) permit.decreaseLimit();
}

function createShedCounts() {
  const counts = new Map<string, number>();
  const keyOf = (bucket: Bucket, priority: Priority, why: Shed) => `${bucket} ${priority} ${why}`;
  return {
    add({ bucket, priority }: Place, error: unknown): void {
      const key = keyOf(bucket, priority, whyOf(error));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    of(bucket: Bucket): BucketStats['shed'] {
      const by = (why: Shed) =>
        byPriority((priority) => counts.get(keyOf(bucket, priority, why)) ?? 0);
      return { budget: by('budget'), circuit: by('circuit'), queue: by('queue') };
    },
  };
}

function whyOf(error: unknown): Shed {
  if (error instanceof RateLimited) return 'budget';
  const cause = error instanceof UpstreamUnavailable ? error.cause : null;
  return cause instanceof NoAnswer && cause.code === 'CIRCUIT_OPEN' ? 'circuit' : 'queue';
}
