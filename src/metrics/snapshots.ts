import { AggregatorRegistry, Registry } from 'prom-client';

/** The figures of one process, as they go from a worker to its primary. */
export type Snapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export const contentType = Registry.PROMETHEUS_CONTENT_TYPE;

/** What Prometheus reads: the processes of one program added up, or as each metric says. */
export function exposition(snapshots: readonly Snapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics();
}

export function addUp(snapshots: readonly Snapshot[]): Promise<Snapshot> {
  return AggregatorRegistry.aggregate([...snapshots]).getMetricsAsJSON();
}

/** Without what is true of a process only while it runs. */
export function onlyGrowing(snapshot: Snapshot): Snapshot {
  // They are texts, whatever the type says.
  return snapshot.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
}
