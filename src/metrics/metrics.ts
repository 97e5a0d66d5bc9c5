import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createInstruments, prefix } from './instruments.ts';
import { type EndedMail, measureMails } from './mails.ts';
import { measureCaches } from './measure-caches.ts';
import { measureEvents } from './measure-events.ts';
import { measureOkta } from './measure-okta.ts';
import { type EndedCall, measureOktaCalls } from './okta-calls.ts';
import { type EndedRequest, measureRequests } from './requests.ts';
import type { Snapshot } from './snapshots.ts';
import type { Sources } from './sources.ts';

export interface Metrics {
  readonly requestEnded: (request: EndedRequest) => void;
  readonly oktaCalled: (call: EndedCall) => void;
  readonly mailEnded: (mail: EndedMail) => void;
  /** Reads `sources` from the next snapshot on; without them only what ends is counted. */
  watch(sources: Sources): void;
  snapshot(): Promise<Snapshot>;
}

/** In a registry of its own, so that other packages add nothing to it. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: `${prefix}build_info`,
    help: 'The version that runs, always 1.',
    labelNames: ['version', 'node'],
    aggregator: 'first',
    registers: [registry],
  })
    .labels(version, process.version)
    .set(1);
  return {
    requestEnded: measureRequests(registry),
    oktaCalled: measureOktaCalls(registry),
    mailEnded: measureMails(registry),
    watch(sources) {
      const instruments = createInstruments(registry);
      measureOkta(instruments, sources);
      measureCaches(instruments, sources);
      measureEvents(instruments, sources);
    },
    snapshot: () => registry.getMetricsAsJSON(),
  };
}
