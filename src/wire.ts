import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { WorkerShare } from './cluster/worker-share.ts';
import type { AccountEvents } from './coherence/account-events.ts';
import { createAnnounce } from './coherence/announce.ts';
import { ofChangedProfile } from './coherence/changed-profile.ts';
import { countEvents } from './coherence/counted-events.ts';
import { ofEndedSessions } from './coherence/ended-sessions.ts';
import { createRedisDuty } from './coherence/redis-duty.ts';
import { isLoopback } from './config/issuer.ts';
import type { ServiceClient, ServingConfig } from './config.ts';
import type { EmbeddedOkta } from './embedded/handle.ts';
import { createContext } from './graphql/create-context.ts';
import { schema } from './graphql/schema.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { OktaCall } from './okta/call.ts';
import { loadOktaSdk } from './okta/management.ts';
import { createOktaProvider } from './okta/provider.ts';
import type { Upstream } from './okta/upstream.ts';
import { createProfiles } from './profiles/profiles.ts';
import { createRefreshes } from './refresh/refreshes.ts';
import { type App, createApp } from './server/app.ts';
import { createAudit } from './server/audit.ts';
import { createBackground } from './server/background.ts';
import { failureOf } from './server/failure.ts';
import { readOperations, toTabs } from './server/operations.ts';
import { createProviderCalls, type ProviderCalls } from './server/provider-calls.ts';
import { fetchKeysFrom, keysUrl } from './tokens/jwks.ts';
import { createKeySet, type KeySet } from './tokens/keys.ts';
import { createRevocations } from './tokens/revocations.ts';
import { ownerOf } from './tokens/session-id.ts';
import { createTransactions } from './tokens/transactions.ts';
import { createTokenVerifier } from './tokens/verifier.ts';
import { createLimitsFor } from './wire/account-limits.ts';
import { createEvents } from './wire/events.ts';
import { createFeed, type Feed } from './wire/feed.ts';
import { createLedger, createOwnLedger } from './wire/ledger.ts';
import { readiness } from './wire/readiness.ts';
import { connectRedis } from './wire/redis.ts';
import { createLoggedUpstream } from './wire/upstream.ts';
import { createWatch, watchParts } from './wire/watch.ts';

export interface AccountApi {
  readonly app: App;
  /** The figures for Prometheus; null where none are wanted. */
  readonly measure: Metrics['snapshot'] | null;
  /** Loads what the first callers would wait for; resolves when that is done, failed or not. */
  warmUp(): Promise<void>;
  /** Resolves when no work goes on behind an answer. */
  settled(): Promise<void>;
  /** Lets go of Okta and Redis, once the server answers nobody and nothing is left to do. */
  close(): Promise<void>;
}

interface Dependencies {
  readonly log: Logger;
  /** What the embedded org came with; null on a real org. */
  readonly seeded: EmbeddedOkta['seeded'] | null;
  /** What the workers of one program share; left out where this process is the only one. */
  readonly workers?: WorkerShare;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Puts the account API together on one Okta org. */
export async function createAccountApi(
  config: ServingConfig,
  dependencies: Dependencies,
): Promise<AccountApi> {
  const { log, seeded, workers, now } = dependencies;
  const { okta, accounts, server, secrets } = config;
  const services = { ...config.services, clients: () => secrets().serviceClients };
  // What is open to developers is open to nobody else, whatever the configuration lets through.
  const closed = config.production || !(isLoopback(server.host) || config.exposeDevelopment);
  const providerCalls = createProviderCalls();
  const { redisUrl } = secrets();
  const redis = redisUrl === null ? null : await connectRedis(redisUrl, okta.orgUrl);
  const events = countEvents(createEvents({ ...dependencies, redis }));
  const duty = redis === null ? (workers?.duty ?? null) : createRedisDuty(redis);
  const { metrics, tracing, observe } = await createWatch(config, providerCalls);
  const upstream = createLoggedUpstream(log, now);
  const feed = createFeed(config, { events, duty, log, now, observe, upstream });
  const polledFeed = config.events.logPollSeconds === 0 ? null : feed;
  const shared = { providerCalls, observe, redis, events, feed, upstream };
  const parts = createParts(config, { ...dependencies, ...shared });
  const { identity, keys, refreshes, background, profiles } = parts;
  if (metrics !== null) watchParts(metrics, { ...parts, ...shared });
  await events.start();
  const operations = await readOperations();
  const app = createApp({
    schema,
    createContext,
    shared: { ...parts, accounts, services },
    config: server,
    production: closed,
    operationNames: new Set(operations.map(({ name }) => name)),
    documents: new Set(operations.map(({ query }) => query)),
    graphiql: closed
      ? null
      : { tabs: toTabs(operations, exampleAuthorization(services.clients(), seeded)) },
    ready: () => readiness({ okta, identity, keys, redis, events, feed: polledFeed }),
    hook: feed.hook,
    log,
    audit: createAudit({ log, key: secrets().sealingKeys[0] }),
    count: metrics?.requestEnded ?? null,
    tracing,
    providerCalls,
    now,
  });
  feed.start();
  return {
    measure: metrics?.snapshot ?? null,
    app: {
      handle: app.handle,
      drain() {
        app.drain();
        background.drain(server.drainMs);
      },
    },
    settled: background.settled,
    warmUp: () => warmUp(keys),
    async close() {
      await feed.close();
      await Promise.all([background.settled(), refreshes.settled(), profiles.settled()]);
      await identity.close();
      await events.close();
      redis?.disconnect();
    },
  };
}

/**
 * One after the other: the SDK blocks the process while it loads, and keys that arrive then would be
 * too late. A failure shows at the first call that needs it.
 */
async function warmUp(keys: KeySet): Promise<void> {
  try {
    await keys.ready();
    await loadOktaSdk();
  } catch {
    // It shows at the first call that needs it.
  }
}

interface PartsDependencies extends Dependencies {
  readonly providerCalls: ProviderCalls;
  readonly observe: (call: OktaCall) => void;
  readonly redis: Redis | null;
  readonly events: AccountEvents;
  readonly feed: Feed;
  readonly upstream: Upstream;
}

/** What every request shares, and what it is made of. */
function createParts(config: ServingConfig, dependencies: PartsDependencies) {
  const { log, now, workers, providerCalls, observe, redis, events, feed, upstream } = dependencies;
  const { okta } = config;
  const { requestTimeoutMs } = config.server;
  const sealingKeys = () => config.secrets().sealingKeys;
  const own = workers?.ledger ?? createOwnLedger(config, now);
  const ledger = createLedger(config, { own, redis, log });
  const identity = createOktaProvider(okta, {
    now,
    observe,
    upstream,
    onSessionsEnded: async (ended, certain) => {
      const at = now();
      await Promise.all([
        ledger.endSessions(ended, at),
        events.publish([ofEndedSessions(ended, at, certain)]),
      ]);
    },
  });
  const profiles = createProfiles({
    findUsers: identity.findUsers,
    ttlSeconds: config.profiles.ttlSeconds,
    batchSize: okta.userBatchSize,
    timeoutMs: requestTimeoutMs,
    announce: (userId) => events.publish([ofChangedProfile(userId, now())]),
    now,
  });
  events.subscribe(profiles.apply);
  const revocations = createRevocations({ now });
  events.subscribe(revocations.apply);
  const keys = createKeySet({
    fetchKeys: fetchKeysFrom(keysUrl(okta)),
    now,
    onFailure: (cause) =>
      log.warn({ failure: failureOf(cause) }, 'the keys of the issuer could not be loaded'),
  });
  const { introspect } = identity;
  return {
    identity,
    profiles,
    keys,
    announce: createAnnounce(events, now),
    verifier: createTokenVerifier(okta, {
      ...{ keys, introspect, revocations, feed, now },
      timeoutMs: requestTimeoutMs,
    }),
    transactions: createTransactions({
      keys: sealingKeys,
      client: `${okta.issuer} ${okta.clientId}`,
      ...(workers && { book: workers.steps }),
      now,
    }),
    limits: createLimitsFor(config, { workers, redis, sealingKey: sealingKeys()[0], log, now }),
    refreshes: createRefreshes({ identity, ledger, ownerOf, now, deadlineMs: requestTimeoutMs }),
    background: createBackground({ log, providerCalls, timeoutMs: requestTimeoutMs }),
  };
}

/**
 * The page is open to whoever reaches it, so of all secrets it may hold the one that everybody can
 * read in the source: that of the embedded org.
 */
function exampleAuthorization(
  clients: readonly ServiceClient[],
  seeded: EmbeddedOkta['seeded'] | null,
): string {
  const example = clients.find(
    ({ id, secret }) =>
      id === seeded?.serviceClient.clientId && secret === seeded.serviceClient.clientSecret,
  );
  if (example === undefined) return 'Basic paste-base64-of-id-colon-secret';
  return `Basic ${Buffer.from(`${example.id}:${example.secret}`).toString('base64')}`;
}
