import { UpstreamUnavailable } from '../../identity/errors.ts';
import { type Bucket, endpoints } from '../wire/endpoints.ts';
import { NoAnswer, tooLarge } from '../wire/no-answer.ts';
import type { Attempt, Interceptor } from './call.ts';

/**
 * One circuit breaker for each bucket, since the endpoints of a bucket fail together. After 20 calls in a row
 * without an answer, calls are refused at once, except for one every five seconds that tests whether
 * Okta is back.
 */
export interface Circuits {
  /** @returns UpstreamUnavailable when no call may be made */
  check(bucket: Bucket): Error | null;
  /** Called right before its `run`, so that only one call tests a half-open circuit. */
  begin(bucket: Bucket): void;
  /** @throws what `work` throws: the caller has gone, which shows nothing about Okta */
  run(bucket: Bucket, work: () => Promise<Attempt>): Promise<Attempt>;
  stats(): ReadonlyMap<Bucket, CircuitStateName>;
}

/** Records the outcome of each call. Admission has already checked that the circuit is closed. */
export function circuitBreaker(circuits: Pick<Circuits, 'run'>): Interceptor {
  return (next) => (call) =>
    circuits.run(endpoints[call.request.endpoint].bucket, () => next(call));
}

export type CircuitStateName = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface CircuitChange {
  readonly bucket: Bucket;
  readonly state: CircuitStateName;
}

interface Options {
  readonly now: () => number;
  readonly onChange: (change: CircuitChange) => void;
}

const failuresToOpen = 20;
const openMs = 5_000;

export function createCircuits(options: Options): Circuits {
  const circuits = new Map<Bucket, Circuit>();

  const circuitOf = (bucket: Bucket): Circuit => {
    const known = circuits.get(bucket);
    if (known !== undefined) return known;
    const circuit = createCircuit(bucket, options);
    circuits.set(bucket, circuit);
    return circuit;
  };

  return {
    // Readiness must report the present state, and only readiness calls this endpoint.
    check: (bucket) => (bucket === 'keys' || circuitOf(bucket).mayRun() ? null : circuitOpen()),
    begin: (bucket) => circuitOf(bucket).begin(),
    run: (bucket, work) => (bucket === 'keys' ? work() : circuitOf(bucket).run(work)),
    stats: () => new Map([...circuits].map(([bucket, { state }]) => [bucket, state()])),
  };
}

interface Circuit {
  mayRun(): boolean;
  begin(): void;
  run(work: () => Promise<Attempt>): Promise<Attempt>;
  state(): CircuitStateName;
}

function createCircuit(bucket: Bucket, { now, onChange }: Options): Circuit {
  const circuit = createState((state) => onChange({ bucket, state }));
  let failuresInARow = 0;
  let probing = false;

  async function call(work: () => Promise<Attempt>): Promise<Attempt> {
    const timesBefore = circuit.timesOpened();
    const attempt = await work();
    // A call that was sent before the circuit opened says nothing about the time after.
    if (circuit.timesOpened() !== timesBefore) return attempt;
    failuresInARow = isOutage(attempt) ? failuresInARow + 1 : 0;
    if (failuresInARow === failuresToOpen) circuit.open(now());
    return attempt;
  }

  async function probe(work: () => Promise<Attempt>): Promise<Attempt> {
    probing = true;
    try {
      const attempt = await work();
      failuresInARow = 0;
      if (isOutage(attempt)) circuit.open(now());
      else circuit.change('CLOSED');
      return attempt;
    } catch (thrown) {
      // The probe ended without an answer, so the next call becomes the probe.
      circuit.open(Number.NEGATIVE_INFINITY);
      throw thrown;
    } finally {
      probing = false;
    }
  }

  return {
    mayRun() {
      if (circuit.state() !== 'OPEN') return circuit.state() === 'CLOSED';
      const since = now() - circuit.openedAt();
      // Negative when the clock was set back.
      return since >= openMs || since < 0;
    },
    begin() {
      if (circuit.state() === 'OPEN') circuit.change('HALF_OPEN');
    },
    async run(work) {
      if (circuit.state() === 'CLOSED') return call(work);
      // Admitted while the circuit was still closed.
      if (circuit.state() === 'OPEN' || probing) throw circuitOpen();
      return probe(work);
    },
    state: circuit.state,
  };
}

/** @param onChange called with the new state, after the change */
function createState(onChange: (state: CircuitStateName) => void) {
  let state: CircuitStateName = 'CLOSED';
  let openedAt = 0;
  let timesOpened = 0;
  const change = (next: CircuitStateName): void => {
    state = next;
    onChange(next);
  };
  return {
    state: () => state,
    openedAt: () => openedAt,
    timesOpened: () => timesOpened,
    change,
    /** @param at when, by `now`; negative infinity has the next call probe at once */
    open(at: number): void {
      openedAt = at;
      timesOpened += 1;
      change('OPEN');
    },
  };
}

/** A 4xx is no outage: Okta has answered. The budget handles 429. */
function isOutage(attempt: Attempt): boolean {
  if ('failure' in attempt) return attempt.failure !== tooLarge;
  return attempt.response.status >= 500;
}

function circuitOpen(): UpstreamUnavailable {
  return new UpstreamUnavailable({ cause: new NoAnswer('CIRCUIT_OPEN') });
}
