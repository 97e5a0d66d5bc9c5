import type { Instruments, Sample } from './instruments.ts';
import type { Sources } from './sources.ts';

/** What is left of Okta's limits, and which calls are held back and why. */
export function measureOkta({ counter, gauge }: Instruments, { upstream }: Sources): void {
  const buckets = () => Object.entries(upstream().buckets);
  gauge(
    {
      name: 'okta_rate_limit',
      help: "Okta's limit of requests in a window, by bucket, from its answers.",
      labels: ['bucket'],
      read: () => buckets().map(([bucket, { limit }]) => [bucket, limit]),
    },
    'max',
  );
  gauge(
    {
      name: 'okta_rate_limit_remaining',
      help: 'Calls that are left, by the newest answer.',
      labels: ['bucket'],
      read: () => buckets().map(([bucket, { remaining }]) => [bucket, remaining]),
    },
    'min',
  );
  gauge({
    name: 'okta_calls_in_flight',
    help: 'Calls to Okta that are under way, by bucket.',
    labels: ['bucket'],
    read: () => buckets().map(([bucket, { inFlight }]) => [bucket, inFlight]),
  });
  gauge({
    name: 'okta_circuit',
    help: '1 for the state that the circuit of the bucket is in. OPEN: calls are refused.',
    labels: ['bucket', 'state'],
    read: () =>
      buckets().flatMap(([bucket, { circuit }]) =>
        circuitStates.map((state): Sample => [bucket, state, circuit === state ? 1 : 0]),
      ),
  });
  counter({
    name: 'okta_shed_total',
    help: 'Calls that were refused and not made. budget: what Okta leaves is for others; circuit: it is open; queue: too many wait.',
    labels: ['bucket', 'reason', 'lane'],
    read: () => buckets().flatMap(([bucket, { shed }]) => shedOf(bucket, shed)),
  });
  measureConnections({ counter, gauge }, { upstream });
}

const circuitStates = ['CLOSED', 'HALF_OPEN', 'OPEN'];

/** The label of a priority: dashboards and alerts read it, so it keeps its first names. */
function laneOf(priority: string): string {
  return priority === 'interactive' ? 'logIn' : priority;
}

function byLane(counts: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(counts).map(([priority, count]): Sample => [laneOf(priority), count]);
}

/** Priorities that have lost nothing are left out: they are most. */
function shedOf(
  bucket: string,
  shed: ReturnType<Sources['upstream']>['buckets'][string]['shed'],
): readonly Sample[] {
  return Object.entries(shed).flatMap(([reason, byPriority]) =>
    Object.entries(byPriority).flatMap(([priority, count]): Sample[] =>
      count === 0 ? [] : [[bucket, reason, laneOf(priority), count]],
    ),
  );
}

function measureConnections({ gauge }: Instruments, { upstream }: Pick<Sources, 'upstream'>): void {
  gauge({
    name: 'okta_connections_limit',
    help: 'How many calls to Okta are made at a time; fewer after Okta has had too many.',
    read: () => [[upstream().connections.limit]],
  });
  gauge({
    name: 'okta_connections_in_use',
    help: 'Calls that have a connection, by lane.',
    labels: ['lane'],
    read: () => byLane(upstream().connections.inUse),
  });
  gauge({
    name: 'okta_connections_waiting',
    help: 'Calls that wait for a connection, by lane.',
    labels: ['lane'],
    read: () => byLane(upstream().connections.waiting),
  });
}
