import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type AccountEvents, createLocalEvents } from './coherence/account-events.ts';
import { ofEndedSessions } from './coherence/ended-sessions.ts';
import { isLoopback } from './config/issuer.ts';
import type { Config, OktaConfig, ServiceClient } from './config.ts';
import type { EmbeddedOkta } from './embedded/handle.ts';
import { createContext } from './graphql/create-context.ts';
import { schema } from './graphql/schema.ts';
import { loadOktaSdk } from './okta/management.ts';
import { createOktaProvider } from './okta/provider.ts';
import { readiness } from './readiness.ts';
import { connectRedis } from './redis.ts';
import { createFallbackLedger } from './refresh/fallback-ledger.ts';
import type { Ledger } from './refresh/ledger.ts';
import { createMemoryLedger } from './refresh/memory-ledger.ts';
import { createRedisLedger } from './refresh/redis-ledger.ts';
import { createRefreshes } from './refresh/refreshes.ts';
import { createSeal } from './refresh/seal.ts';
import { type App, createApp } from './server/app.ts';
import { createBackground } from './server/background.ts';
import { failureOf } from './server/failure.ts';
import { describe } from './server/logging.ts';
import { readOperations, toTabs } from './server/operations.ts';
import { createProviderCalls, type ProviderCalls } from './server/provider-calls.ts';
import { fetchKeysFrom, keysUrl } from './tokens/jwks.ts';
import { createKeySet, type KeySet } from './tokens/keys.ts';
import { ownerOf } from './tokens/session-id.ts';
import { createTransactions } from './tokens/transactions.ts';
import { createTokenVerifier } from './tokens/verifier.ts';

export interface AccountApi {
  readonly app: App;
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
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Puts the account API together on one Okta org. */
export async function createAccountApi(
  config: Config & { readonly okta: OktaConfig },
  dependencies: Dependencies,
): Promise<AccountApi> {
  const { log, seeded, now } = dependencies;
  const { okta, accounts, services, server } = config;
  // What is open to developers is open to nobody else, whatever the configuration lets through.
  const closed = config.production || !isLoopback(server.host);
  const providerCalls = createProviderCalls();
  const redis = config.redisUrl === null ? null : await connectRedis(config.redisUrl);
  const events = createLocalEvents();
  const parts = createParts(config, { ...dependencies, providerCalls, redis, events });
  const { identity, keys, refreshes, background } = parts;
  const operations = await readOperations();
  const app = createApp({
    schema,
    createContext,
    shared: { ...parts, accounts, services },
    config: server,
    production: closed,
    operationNames: new Set(operations.map(({ name }) => name)),
    graphiql: closed
      ? null
      : { tabs: toTabs(operations, exampleAuthorization(services.clients, seeded)) },
    ready: () => readiness({ okta, identity, keys, redis }),
    log,
    providerCalls,
    now,
  });
  return {
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
      await Promise.all([background.settled(), refreshes.settled()]);
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
  readonly redis: Redis | null;
  readonly events: AccountEvents;
}

/** What every request shares, and what it is made of. */
function createParts(
  config: Config & { readonly okta: OktaConfig },
  { log, now, providerCalls, redis, events }: PartsDependencies,
) {
  const { okta } = config;
  const { requestTimeoutMs } = config.server;
  const sealingKey = config.sealingKey ?? randomBytes(32);
  const ledger = createLedger(config, { redis, sealingKey, log, now });
  const identity = createOktaProvider(okta, {
    now,
    observe: providerCalls.observe,
    onSessionsEnded: async (ended) => {
      const at = now();
      await Promise.all([
        ledger.endSessions(ended, at),
        events.publish([ofEndedSessions(ended, at)]),
      ]);
    },
  });
  const keys = createKeySet({
    fetchKeys: fetchKeysFrom(keysUrl(okta)),
    now,
    onFailure: (cause) =>
      log.warn({ failure: failureOf(cause) }, 'the keys of the issuer could not be loaded'),
  });
  return {
    identity,
    keys,
    verifier: createTokenVerifier(okta, { keys, introspect: identity.introspect, now }),
    transactions: createTransactions({
      key: sealingKey,
      client: `${okta.issuer} ${okta.clientId}`,
      now,
    }),
    refreshes: createRefreshes({ identity, ledger, ownerOf, now, deadlineMs: requestTimeoutMs }),
    background: createBackground({ log, providerCalls, timeoutMs: requestTimeoutMs }),
  };
}

/** A claim that is longer than this without a sign of life goes to another process. */
const longestLeaseMs = 2_000;

/** What this process alone knows of refreshes, or what all know together where there is a Redis. */
function createLedger(
  { refresh, server }: Config,
  options: Omit<Dependencies, 'seeded'> & {
    readonly redis: Redis | null;
    readonly sealingKey: Uint8Array;
  },
): Ledger {
  const { redis, sealingKey, log, now } = options;
  const graceMs = refresh.graceSeconds * 1000;
  // Past every refresh in flight, and everything that it will be answered with.
  const endedMs = graceMs + server.requestTimeoutMs;
  const own = createMemoryLedger({ graceMs, endedMs, now });
  if (redis === null) return own;
  const leaseMs = Math.min(longestLeaseMs, server.requestTimeoutMs / 2);
  const seal = createSeal(sealingKey);
  const shared = createRedisLedger({ redis, seal, graceMs, endedMs, leaseMs });
  return createFallbackLedger({ shared, own }, (working, error) => {
    if (working) log.info('Redis works again: processes share refreshes');
    else log.warn({ error: describe(error) }, 'Redis does not work: each process refreshes alone');
  });
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

/** How the API reaches an embedded org; every setting is one that a real org would need too. */
export function embeddedOktaConfig(
  { url, issuer, seeded }: EmbeddedOkta,
  logInFlow: OktaConfig['logInFlow'],
): OktaConfig {
  const { clientId, clientSecret, redirectUri } = seeded.apiClient;
  return {
    orgUrl: url,
    issuer,
    audience: 'api://default',
    clientId,
    clientAuthentication: { method: 'client_secret_basic', secret: clientSecret },
    management: { method: 'service_app', ...seeded.managementApp },
    logInFlow,
    redirectUri,
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    acceptedClientIds: [clientId],
    signUpGroupIds: [],
    userBatchSize: 100,
    callTimeoutMs: 3_000,
  };
}
