import type { Figures } from './api.ts';
import type { Tally } from './caller.ts';

/** What one phase has measured. */
export interface Row {
  readonly phase: string;
  readonly connections: number;
  readonly tally: Tally;
  readonly workers: readonly Figures[];
}

export function p99({ tally }: Row): number {
  return at(tally, 0.99);
}

function at({ ms }: Tally, share: number): number {
  const sorted = ms.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
}

/** Markdown. */
export function table(rows: readonly Row[]): string {
  const head = [
    'Phase',
    'Connections',
    'Answered',
    'p50 / p99 ms',
    'Lost (on a first request)',
    'Refused',
    'Loop p99 / max ms',
    'Live MB',
    'Sockets callers / Okta',
  ];
  const all = [head, head.map(() => '---'), ...rows.map(cellsOf)];
  return all.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function cellsOf({ phase, connections, tally, workers }: Row): readonly (string | number)[] {
  const each = (of: (worker: Figures) => string | number) => workers.map(of).join(', ');
  return [
    phase,
    connections,
    tally.answered,
    `${at(tally, 0.5)} / ${at(tally, 0.99)}`,
    `${tally.lost.length} (${tally.lostFirst.length})`,
    tally.refused,
    each(({ p99, max }) => `${p99.toFixed(0)} / ${max.toFixed(0)}`),
    each(({ live }) => (live / 2 ** 20).toFixed(0)),
    each(({ sockets }) => `${sockets.callers} / ${sockets.okta}`),
  ];
}
