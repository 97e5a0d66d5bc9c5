import { isFresh } from '../../cache/fresh.ts';
import { type Failure, failureOf } from '../observability/failure.ts';

export interface ReadinessReport {
  readonly ok: boolean;
  /** Names of a closed set. */
  readonly checks: Readonly<Record<string, 'ok' | 'failing' | 'misconfigured'>>;
  /** Only for the log. */
  readonly failures: readonly CheckFailure[];
}

/** Why a check fails. */
export interface CheckFailure extends Failure {
  readonly check: string;
}

/** How long a check is cached: probes, or a flood of them, cost the provider one call in this time. */
const cachedMs = 1500;

export function createReadiness(
  check: () => Promise<ReadinessReport>,
  now: () => number,
): () => Promise<ReadinessReport> {
  let last: { readonly at: number; readonly report: Promise<ReadinessReport> } | undefined;
  return () => {
    if (last === undefined || !isFresh(now(), last.at, cachedMs)) {
      last = { at: now(), report: check().catch(asReport) };
    }
    return last.report;
  };
}

function asReport(error: unknown): ReadinessReport {
  return { ok: false, checks: {}, failures: [{ check: 'all', ...failureOf(error) }] };
}
