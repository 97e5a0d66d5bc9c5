import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config, OktaConfig, ServiceClient } from './config.ts';
import type { EmbeddedOkta } from './embedded/handle.ts';
import { createContext } from './graphql/create-context.ts';
import { schema } from './graphql/schema.ts';
import type { IdentityProvider } from './identity/port.ts';
import { loadOktaSdk } from './okta/management.ts';
import { createOktaProvider } from './okta/provider.ts';
import { type App, createApp } from './server/app.ts';
import { readOperations, toTabs } from './server/operations.ts';
import { createProviderCalls } from './server/provider-calls.ts';
import type { ReadinessReport } from './server/readiness.ts';
import { fetchKeysFrom, keysUrl } from './tokens/jwks.ts';
import { createKeySet, type KeySet } from './tokens/keys.ts';
import { createTransactions } from './tokens/transactions.ts';
import { createTokenVerifier } from './tokens/verifier.ts';

export interface AccountApi {
  readonly app: App;
  /** Loads in the background what the first callers would wait for: the issuer's keys, the Okta SDK. */
  warmUp(): void;
  /** Lets go of Okta, once the server answers nobody any more. */
  close(): Promise<void>;
}

interface Dependencies {
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Puts the account API together on one Okta org. */
export async function createAccountApi(
  config: Config & { readonly okta: OktaConfig },
  { log, now }: Dependencies,
): Promise<AccountApi> {
  const { okta, production } = config;
  const providerCalls = createProviderCalls();
  const identity = createOktaProvider(okta, { now, observe: providerCalls.observe });
  const keys = createKeySet({
    fetchKeys: fetchKeysFrom(keysUrl(okta)),
    now,
    onFailure: () => log.warn('the keys of the issuer could not be loaded'),
  });
  const verifier = createTokenVerifier(okta, { keys, introspect: identity.introspect, now });
  const transactions = createTransactions(config.sealingKey ?? randomBytes(32), now);
  const operations = await readOperations();
  const app = createApp({
    schema,
    createContext,
    services: {
      identity,
      verifier,
      transactions,
      accounts: config.accounts,
      services: config.services,
    },
    config: config.server,
    production,
    operationNames: new Set(operations.map(({ name }) => name)),
    graphiql: production
      ? null
      : { tabs: toTabs(operations, basicAuthorization(config.services.clients[0])) },
    ready: () => readiness(okta, identity, keys),
    log,
    providerCalls,
    now,
  });
  return {
    app,
    warmUp() {
      keys.ready();
      // A failure shows at the first call that needs it.
      loadOktaSdk().catch(() => {});
    },
    close: identity.close,
  };
}

/** Within this a probe has its answer, whatever Okta does. */
const readinessMs = 2_000;

async function readiness(
  okta: OktaConfig,
  identity: IdentityProvider,
  keys: KeySet,
): Promise<ReadinessReport> {
  const call = { requestId: 'readiness', signal: AbortSignal.timeout(readinessMs) };
  const reachable = await identity.ping(call).then(
    () => true,
    () => false,
  );
  // Tokens of the org authorization server are introspected: there are no keys to wait for.
  const verifies = okta.issuer === okta.orgUrl || keys.ready();
  return {
    ok: reachable && verifies,
    checks: { okta: reachable ? 'ok' : 'failing', keys: verifies ? 'ok' : 'failing' },
  };
}

function basicAuthorization(client: ServiceClient | undefined): string {
  if (client === undefined) return 'Basic paste-base64-of-id-colon-secret';
  return `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
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
