export interface ReadinessReport {
  readonly ok: boolean;
  /** Names of ours; why one fails is for the log. */
  readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
}

/** How long one look at the provider counts: probes, or a flood of them, cost it one call in this time. */
const keptMs = 1500;

export function createReadiness(
  check: () => Promise<ReadinessReport>,
  now: () => number,
): () => Promise<ReadinessReport> {
  let last: { readonly at: number; readonly report: Promise<ReadinessReport> } | undefined;
  return () => {
    if (last === undefined || now() - last.at >= keptMs) {
      last = { at: now(), report: check().catch(() => ({ ok: false, checks: {} })) };
    }
    return last.report;
  };
}
