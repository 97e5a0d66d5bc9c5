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
import type { ResponseHead } from './response.ts';

/** Waits until a call may be made, and adapts the limits to its answer. */
export function admission(upstream: Pick<Upstream, 'acquire'>): Interceptor {
  return (next) => async (call) => {
    const lease = await upstream.acquire(call.request.endpoint, call.signal);
    call.deadline.start();
    let answer: ResponseHead | null = null;
    try {
      const attempt = await next(call);
      answer = 'response' in attempt ? attempt.head : null;
      return attempt;
    } finally {
      lease.release(answer);
    }
  };
}

/** Which calls to Okta may be made, and when; one for all calls of this process to one org. */
export interface Upstream {
  /**
   * Waits for a connection. A refusal comes at once and sends nothing.
   * @throws RateLimited when the rest of Okta's limit is reserved for higher priorities;
   *   UpstreamUnavailable when the circuit is open or the queue is full; the signal's reason
   */
  acquire(endpoint: OktaEndpoint, signal: AbortSignal): Promise<Lease>;
  readonly circuits: Pick<Circuits, 'run'>;
  /** Milliseconds until Okta's limit allows calls again; 0 if it allows them now. */
  closedForMs(endpoint: OktaEndpoint): number;
  /**
   * Milliseconds to leave between two calls, so that the rest of Okta's limit lasts until its reset.
   * Infinity if nothing is left, 0 if the limit is unknown.
   */
  spacingMs(endpoint: OktaEndpoint): number;
  stats(): UpstreamStats;
}

/** Permission for one call. */
export interface Lease {
  /** Must be called once. @param answer null if none came */
  release(answer: ResponseHead | null): void;
}

/** For the metrics. */
export interface UpstreamStats {
  readonly buckets: Readonly<Partial<Record<Bucket, BucketStats>>>;
  readonly connections: ConcurrencyStats;
}

export interface BucketStats extends BudgetStats {
  readonly circuit: CircuitStateName;
  /** Calls that were refused without being sent, since the process started. */
  readonly shed: Readonly<Record<Shed, Readonly<Record<Priority, number>>>>;
}

/** Why a call was refused: Okta's rate limit, an open circuit, or a full queue. */
type Shed = 'budget' | 'circuit' | 'queue';

interface Options {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onCircuit?: (change: CircuitChange) => void;
}

/** Okta allows 75 concurrent requests (35 in an Integrator org) for all clients of an org together. */
export const maxConnections = 40;
/**
 * For each priority. With calls of 0.1 s the last one waits 2.5 seconds, which callers still accept.
 */
const maxQueued = 1_000;

export function createUpstream({ now, onCircuit = () => undefined }: Options): Upstream {
  const budget = createBudget(now);
  const circuits = createCircuits({ now, onChange: onCircuit });
  const shed = createShedCounts();
  const connections = createConcurrencyLimit({
    maxLimit: maxConnections,
    check: (place): Admission => circuits.check(place.bucket) ?? budget.check(place),
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
 * A limit of 0 in the headers stands for the concurrency limit, whatever the rate limit has left.
 */
function adapt(permit: Permit, { status, headers }: ResponseHead): void {
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
