import { addUp, onlyGrowing, type Snapshot } from '../metrics/snapshots.ts';

/** A worker that takes longer is busy, or about to exit. */
const answerWithinMs = 2_000;

/** The metrics of one worker. */
export interface WorkerMetrics {
  received(round: number, snapshot: Snapshot): void;
  /** Its counters stay in the sum. Prometheus would take a sum that falls for a restart. */
  exited(): void;
}

/**
 * Adds up the metrics of all workers. The AggregatorRegistry of prom-client does the addition, but not
 * the collection: its `clusterMetrics` rejects when one worker does not answer within 5 s, and forgets
 * the counters of workers that have exited.
 */
export interface MetricsCollector {
  /** @param request asks the worker for its metrics, to be answered with the same round */
  add(request: (round: number) => void): WorkerMetrics;
  /** The newest of each worker. A worker that does not answer in time counts with its last answer. */
  collect(): Promise<readonly Snapshot[]>;
}

interface Member {
  readonly request: (round: number) => void;
  latest: Snapshot;
}

interface Round {
  readonly pending: Set<Member>;
  readonly finish: () => void;
}

export function createMetricsCollector(): MetricsCollector {
  const members = new Set<Member>();
  const rounds = new Map<number, Round>();
  let lastRound = 0;
  /** Of workers that have exited. */
  let exited: readonly Snapshot[] = [];

  const settle = (member: Member, round: Round | undefined): void => {
    if (round?.pending.delete(member) && round.pending.size === 0) round.finish();
  };
  const runRound = (): Promise<void> => {
    lastRound += 1;
    const number = lastRound;
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        rounds.delete(number);
        resolve();
      };
      const timer = setTimeout(finish, answerWithinMs);
      rounds.set(number, { pending: new Set(members), finish });
      for (const { request } of members) request(number);
      if (members.size === 0) finish();
    });
  };

  return {
    add(request) {
      const member: Member = { request, latest: [] };
      members.add(member);
      return {
        received(number, snapshot) {
          member.latest = snapshot;
          settle(member, rounds.get(number));
        },
        exited() {
          members.delete(member);
          exited = [...exited, onlyGrowing(member.latest)];
          for (const round of rounds.values()) settle(member, round);
        },
      };
    },
    async collect() {
      await runRound();
      const summed = exited;
      const sum = summed.length < 2 ? summed : [await addUp(summed)];
      // Others may have exited meanwhile.
      exited = [...sum, ...exited.slice(summed.length)];
      return [...exited, ...[...members].map(({ latest }) => latest)];
    },
  };
}
