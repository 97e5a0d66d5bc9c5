import type { Finding } from './check.ts';
import { adminTokenRefused, type Examined } from './examine.ts';

/** The worst result of some checks, in one word. */
export type Verdict = 'ok' | 'note' | 'warning' | 'error' | 'not looked';

export function verdictOf(examined: readonly Examined[]): Verdict {
  const found = findingsOf(examined).map(({ severity }) => severity);
  for (const severity of ['error', 'warning', 'note'] as const) {
    if (found.includes(severity)) return severity;
  }
  return examined.every(({ notLooked }) => notLooked !== null) ? 'not looked' : 'ok';
}

export function findingsOf(examined: readonly Examined[]): readonly Finding[] {
  return examined.flatMap(({ findings }) => findings);
}

/** 1: an error was found. 2: no check could look, or the admin token that was given is refused. */
export function exitCodeOf(examined: readonly Examined[]): 0 | 1 | 2 {
  const verdict = verdictOf(examined);
  if (verdict === 'error') return 1;
  const isRefused = examined.some(({ notLooked }) => notLooked === adminTokenRefused);
  return verdict === 'not looked' || isRefused ? 2 : 0;
}
