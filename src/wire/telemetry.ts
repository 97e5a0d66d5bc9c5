import type { AccountEventBus, EventStats } from '../events/bus.ts';
import type { Limits } from '../limits/limits.ts';
import type { Log } from '../logging/log.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import { createUpstream, type Upstream } from '../okta/http/admission.ts';
import { createDpop, type DpopOf } from '../okta/oauth/dpop.ts';
import type { OktaCallRecord } from '../okta/wire/call-record.ts';
import type { Profiles } from '../profiles/model.ts';
import type { Refreshes } from '../refresh/refreshes.ts';
import type { StreamStats } from '../server/events/streams.ts';
import type { DocumentCaches } from '../server/graphql/document-caches.ts';
import type { ProviderCalls } from '../server/observability/provider-calls.ts';
import { createTracing, type Tracing } from '../server/observability/tracing.ts';
import type { KeySet } from '../tokens/keys/key-set.ts';
import type { TokenStats } from '../tokens/token/model.ts';
import type { LocalState } from './local-state.ts';
import type { OktaEventFeed } from './okta-events.ts';
import type { RedisHealth } from './redis-health.ts';
import { readVersion } from './version.ts';

/** Logs when a circuit opens, and when it closes. */
export function createLoggedUpstream(log: Log, now: () => number): Upstream {
  return createUpstream({
    now,
    onCircuit({ bucket, state }) {
      if (state === 'OPEN') {
        log.warn(
          { event: 'circuit_open', endpoints: bucket },
          'Okta does not respond. Calls to these endpoints are refused; one every 5 s tries again.',
        );
      }
      if (state === 'CLOSED') {
        const line = { event: 'circuit_closed', endpoints: bucket } as const;
        log.info(line, 'Okta responds again. Calls to these endpoints are sent again.');
      }
    },
  });
}

/** Logs when Okta begins to bind the tokens of the service app to a key, and when it no longer does. */
export function createLoggedDpop(log: Log, now: () => number): DpopOf {
  return createDpop({
    now,
    onChange(isBound) {
      if (isBound) {
        log.info(
          { event: 'dpop_on' },
          'Okta demands DPoP of the service app. Each call has a proof.',
        );
      } else {
        log.warn({ event: 'dpop_off' }, 'Okta no longer binds tokens of the service app to a key.');
      }
    },
  });
}

/** Metrics and tracing of this process. */
export interface Telemetry {
  /** Null when metrics are turned off. */
  readonly metrics: Metrics | null;
  readonly tracing: Tracing | null;
  /** For the Okta adapter. */
  readonly observe: (call: OktaCallRecord) => void;
}

export async function createTelemetry(
  config: { readonly metrics: object | null },
  providerCalls: ProviderCalls,
): Promise<Telemetry> {
  const metrics = config.metrics === null ? null : createMetrics(await readVersion());
  const tracing = createTracing();
  return {
    metrics,
    tracing,
    observe(call) {
      providerCalls.observe(call);
      metrics?.oktaCalled(call);
      tracing?.called(call);
    },
  };
}

interface MeasuredServices {
  readonly upstream: Upstream;
  readonly verifier: { stats(): TokenStats };
  readonly keys: KeySet;
  readonly profiles: Profiles;
  readonly refreshes: Refreshes;
  readonly events: AccountEventBus & { stats(): EventStats; unsent(): number };
  readonly feed: OktaEventFeed;
  /** Null when rate limits are turned off. */
  readonly limits: Limits | null;
  readonly cacheSizes: LocalState['sizes'];
  readonly documentCaches: DocumentCaches;
  readonly redisHealth: RedisHealth | null;
  readonly streams: { stats(): StreamStats };
}

export function measureServices(metrics: Metrics, services: MeasuredServices): void {
  const { upstream, verifier, keys, profiles, refreshes, events, feed, limits, redisHealth } =
    services;
  const { documentCaches, streams } = services;
  const cacheSizes = () => {
    const { readings, forgeries, introspected, answers } = verifier.stats();
    return {
      ...services.cacheSizes(),
      token_claims: readings,
      token_forgeries: forgeries,
      introspections: introspected,
      introspection_answers: answers,
      unsent_events: events.unsent(),
      ...documentCaches.seen(),
    };
  };
  metrics.watch({
    upstream: upstream.stats,
    tokens: verifier.stats,
    keys: keys.stats,
    profiles: profiles.stats,
    cacheSizes,
    documents: documentCaches.sizes,
    refreshes: refreshes.stats,
    events: events.stats,
    eventStreams: streams.stats,
    oktaEvents: feed.stats,
    revocationLagSeconds: feed.lagSeconds,
    revocationsReceivedUntil: feed.receivedUntil,
    limits: () => limits?.stats() ?? { allowed: {}, refused: {} },
    redisWorks: () =>
      redisHealth === null ? null : redisHealth.works() && events.status() !== 'disconnected',
  });
}
