import { addUp, onlyGrowing, type Snapshot } from '../metrics/snapshots.ts';

/** A worker that has not answered by then is busy or about to end. */
const answerWithinMs = 2_000;

/** One worker that serves. */
export interface Measured {
  answered(round: number, figures: Snapshot): void;
  /** What it has counted stays counted: a sum that falls would pass for one that began anew. */
  ended(): void;
}

/**
 * The figures of all workers of one program. The AggregatorRegistry of prom-client adds them up; it
 * does not collect them here, since its `clusterMetrics` fails when one worker does not answer, and
 * forgets what a worker that ended had counted, so that a counter would fall.
 */
export interface Measurement {
  /** @param ask asks the worker for its figures, which it gives with the number of the round */
  join(ask: (round: number) => void): Measured;
  /** The newest of each worker; of one that does not answer in time what it last gave. */
  take(): Promise<readonly Snapshot[]>;
}

interface Member {
  readonly ask: (round: number) => void;
  latest: Snapshot;
}

interface Round {
  readonly pending: Set<Member>;
  readonly finish: () => void;
}

export function createMeasurement(): Measurement {
  const members = new Set<Member>();
  const rounds = new Map<number, Round>();
  let begun = 0;
  let gone: readonly Snapshot[] = [];

  const answered = (member: Member, round: Round | undefined): void => {
    if (round?.pending.delete(member) && round.pending.size === 0) round.finish();
  };
  const runRound = (): Promise<void> => {
    begun += 1;
    const number = begun;
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        rounds.delete(number);
        resolve();
      };
      const timer = setTimeout(finish, answerWithinMs);
      rounds.set(number, { pending: new Set(members), finish });
      for (const { ask } of members) ask(number);
      if (members.size === 0) finish();
    });
  };

  return {
    join(ask) {
      const member: Member = { ask, latest: [] };
      members.add(member);
      return {
        answered(number, figures) {
          member.latest = figures;
          answered(member, rounds.get(number));
        },
        ended() {
          members.delete(member);
          gone = [...gone, onlyGrowing(member.latest)];
          for (const round of rounds.values()) answered(member, round);
        },
      };
    },
    async take() {
      await runRound();
      const summed = gone;
      const sum = summed.length < 2 ? summed : [await addUp(summed)];
      gone = [...sum, ...gone.slice(summed.length)];
      return [...gone, ...[...members].map(({ latest }) => latest)];
    },
  };
}
