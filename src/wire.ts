import { createServiceClients } from './callers/service-clients.ts';
import type { ServingConfig } from './config.ts';
import type { OrgWatch } from './config-checks/org-watch.ts';
import type { AccountEventBus } from './events/bus.ts';
import { createContext } from './graphql/create-context.ts';
import { schema } from './graphql/schema.ts';
import type { IdentityProvider } from './identity/port.ts';
import type { Metrics } from './metrics/metrics.ts';
import { loadOktaSdk } from './okta/management/sdk.ts';
import type { Profiles } from './profiles/model.ts';
import type { RedisConnection } from './redis/client.ts';
import type { Refreshes } from './refresh/refreshes.ts';
import { type App, createApp } from './server/app.ts';
import type { BackgroundWork } from './server/background.ts';
import { createDocumentCaches } from './server/graphql/document-caches.ts';
import { createAudit } from './server/observability/audit.ts';
import { createProviderCalls } from './server/observability/provider-calls.ts';
import type { KeySet } from './tokens/keys/key-set.ts';
import { knownDocuments } from './wire/documents.ts';
import { connectEventBus } from './wire/event-bus.ts';
import { createStreams } from './wire/event-streams.ts';
import { metadataOf } from './wire/metadata.ts';
import { createOktaEventFeed, type OktaEventFeed } from './wire/okta-events.ts';
import { createOrgChecks } from './wire/org-checks.ts';
import { readiness } from './wire/readiness.ts';
import { createServices, type Dependencies } from './wire/services.ts';
import {
  createLoggedDpop,
  createLoggedUpstream,
  createTelemetry,
  measureServices,
} from './wire/telemetry.ts';

export interface AccountApi {
  readonly app: App;
  /** Collects the metrics; null when they are turned off. */
  readonly measure: Metrics['snapshot'] | null;
  /** Loads what the first callers would wait for. Resolves even if that fails. */
  warmUp(): Promise<void>;
  /** Resolves when no background work is left. */
  settled(): Promise<void>;
  /**
   * Closes the connections to Okta and Redis. Call it when the server has stopped and no work is
   * left.
   */
  close(): Promise<void>;
}

interface ApiDependencies extends Dependencies {
  /** How often a real org is checked again while something is wrong. Default: a minute. */
  readonly checkOrgEveryMs?: number;
}

/** Wires up the account API for one Okta org. */
export async function createAccountApi(
  config: ServingConfig,
  dependencies: ApiDependencies,
): Promise<AccountApi> {
  const { log, hashingKey, seeded, now } = dependencies;
  const { accounts, server, secrets } = config;
  const clients = createServiceClients(secrets);
  const providerCalls = createProviderCalls();
  const { redis, redisHealth, events, pollLease } = await connectEventBus(config, dependencies);
  const { metrics, tracing, observe } = await createTelemetry(config, providerCalls);
  const calls = {
    observe,
    upstream: createLoggedUpstream(log, now),
    dpop: createLoggedDpop(log, now),
  };
  const feed = createOktaEventFeed(config, { events, pollLease, log, now, ...calls });
  const countMail = metrics?.mailEnded ?? null;
  const shared = { providerCalls, countMail, redis, redisHealth, events, feed, ...calls };
  const services = createServices(config, { ...dependencies, ...shared });
  const { identity, keys, background, findings } = services;
  const eventStreams = createStreams(config.okta, events, feed);
  const documentCaches = createDocumentCaches();
  if (metrics !== null)
    measureServices(metrics, { ...services, ...shared, ...eventStreams, documentCaches });
  await events.start();
  const app = createApp({
    schema,
    createContext,
    shared: { ...services, accounts, services: { ...config.services, clients } },
    config: server,
    ...(await knownDocuments(config, seeded)),
    documentCaches,
    ready: () => readiness(config, { identity, keys, redisHealth, events, feed, findings }),
    hook: feed.hook,
    events: eventStreams,
    metadata: metadataOf(config),
    log,
    audit: createAudit({ log, key: hashingKey }),
    count: metrics?.requestEnded ?? null,
    tracing,
    providerCalls,
    now,
  });
  const orgWatch = createOrgChecks(config, { ...dependencies, ...services, ...shared });
  feed.start();
  orgWatch?.start();
  return {
    measure: metrics?.snapshot ?? null,
    app: { ...app, drain: () => drain(app, background, server.drainMs) },
    settled: background.settled,
    warmUp: () => warmUp(keys),
    close: () => closeAll({ ...services, feed, orgWatch, events, redis }),
  };
}

/** First what starts new calls to Okta, then what makes them, then what announces their results. */
async function closeAll(parts: {
  readonly feed: OktaEventFeed;
  readonly orgWatch: OrgWatch | null;
  readonly background: BackgroundWork;
  readonly refreshes: Refreshes;
  readonly profiles: Profiles;
  readonly identity: IdentityProvider;
  readonly events: AccountEventBus;
  readonly redis: RedisConnection | null;
}): Promise<void> {
  const { feed, orgWatch, background, refreshes, profiles, identity, events, redis } = parts;
  await Promise.all([feed.close(), orgWatch?.close()]);
  await Promise.all([background.settled(), refreshes.settled(), profiles.settled()]);
  await identity.close();
  await events.close();
  redis?.disconnect();
}

function drain(app: App, background: BackgroundWork, drainMs: number): void {
  app.drain();
  background.drain(drainMs);
}

/**
 * Sequential, since loading the SDK blocks the process, and keys that arrive meanwhile would be late.
 */
async function warmUp(keys: KeySet): Promise<void> {
  try {
    await keys.ready();
    await loadOktaSdk();
  } catch {
    // The first call that needs it will fail.
  }
}
