import { Registry } from 'prom-client';
import { createFigures } from './figures.ts';
import { measureCacheSizes } from './measure-caches.ts';
import type { Snapshot } from './snapshots.ts';
import type { Sources } from './sources.ts';

/** Metrics of the primary, which keeps what its workers share and serves no requests. */
export function snapshotOfPrimary(cacheSizes: Sources['cacheSizes']): Promise<Snapshot> {
  const registry = new Registry();
  measureCacheSizes(createFigures(registry), cacheSizes);
  return registry.getMetricsAsJSON();
}
