import { randomBytes, randomUUID } from 'node:crypto';
import type { TypedDocumentString } from '../../src/clients/storefront/documents/graphql.ts';
import {
  type Config,
  type OktaSettings,
  type ServiceClient,
  type ServingSecrets,
  servingConfig,
} from '../../src/config.ts';
import type { EmbeddedOkta, EmbeddedOktaOptions } from '../../src/embedded/handle.ts';
import { exposition } from '../../src/metrics/snapshots.ts';
import { listen } from '../../src/server/listen.ts';
import {
  embeddedOktaConfig,
  embeddedOktaCredentials,
} from '../../src/wire/embedded-okta-config.ts';
import { createAccountApi } from '../../src/wire.ts';
import { startOkta } from '../embedded/start.ts';
import { catchLog } from './log.ts';
import { redisAt } from './redis.ts';

export interface StackOptions {
  readonly flow?: OktaSettings['logInFlow'];
  readonly production?: boolean;
  readonly exposeDevelopment?: boolean;
  readonly okta?: Partial<OktaSettings>;
  readonly server?: Partial<Config['server']>;
  readonly accounts?: Partial<Config['accounts']>;
  /** Default: the backend that the org is seeded with. */
  readonly serviceClient?: ServiceClient;
  readonly redisUrl?: string;
  /** Laid over what the org is seeded with: neither hook nor Redis. */
  readonly secrets?: Partial<ServingSecrets>;
  /** Default: not the System Log. */
  readonly events?: Partial<Config['events']>;
  /** Default: false. */
  readonly metrics?: boolean;
  /** Default as everywhere: 30. */
  readonly profileTtlSeconds?: number;
  /** Default: false, since all tests call from one address. */
  readonly limits?: boolean;
  /** Shares its org and its clock, as a second process of one API does. */
  readonly beside?: Stack;
  /** Treats the org as a real one: checks it, again after 100 ms while something is wrong. */
  readonly realOrg?: boolean;
  readonly seed?: EmbeddedOktaOptions['seed'];
  readonly rateLimits?: EmbeddedOktaOptions['rateLimits'];
}

export interface Answer<Result> {
  readonly data: Result | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
  readonly status: number;
  readonly headers: Headers;
}

export interface Stack {
  /** Of the account API, without a path. */
  readonly url: string;
  readonly okta: EmbeddedOkta;
  /** One request over HTTP. */
  gql<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<Result>>;
  /** The `Authorization` of a backend. */
  readonly basic: string;
  /** Time of the API and of the org alike. */
  readonly clock: { now(): number; advance(ms: number): void };
  /** Lines of the API's log so far. */
  readonly logs: readonly string[];
  /** As changed files of secrets do. */
  replaceSecrets(changed: Partial<ServingSecrets>): void;
  /** What Prometheus would read; fails without `metrics`. */
  scrape(): Promise<string>;
  /** Resolves when nothing goes on behind an answer; `gql` waits for it. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** The account API over HTTP on an embedded org over HTTP, both on free ports. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { beside } = options;
  const clock = beside?.clock ?? startClock();
  const okta = beside?.okta ?? (await startOrg(clock, options));
  let secrets = secretsOf(okta, options);
  const config = servingConfig(configOf(okta, options), () => secrets);
  const { log, lines: logs } = catchLog();
  const api = await createAccountApi(config, {
    log,
    seeded: options.realOrg === true ? null : okta.seeded,
    checkOrgEveryMs: 100,
    hashingKey: secrets.sealingKeys[0],
    programId: randomUUID(),
    now: clock.now,
  });
  // Nobody sends another request then.
  const listening = await listen(api.app, { ...config.server, log, lingerMs: 0 });

  return {
    url: listening.url,
    okta,
    clock,
    logs,
    settled: api.settled,
    async scrape() {
      if (api.measure === null) throw new Error('The stack has no metrics.');
      return exposition([await api.measure()]);
    },
    replaceSecrets(changed) {
      secrets = { ...secrets, ...changed };
    },
    basic: basicOf(options.serviceClient ?? serviceOf(okta)),
    async gql(document, variables, headers = {}) {
      const response = await fetch(`${listening.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      const body = (await response.json()) as { data?: never };
      await api.settled();
      return { data: null, ...body, status: response.status, headers: response.headers };
    },
    async close() {
      await listening.close();
      await api.close();
      if (beside === undefined) await okta.close();
    },
  };
}

function serviceOf({ seeded: { serviceClient } }: EmbeddedOkta): ServiceClient {
  return { id: serviceClient.clientId, secret: serviceClient.clientSecret };
}

function basicOf({ id, secret }: ServiceClient): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

function startClock(): Stack['clock'] {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advance(ms) {
      ahead += ms;
    },
  };
}

function startOrg({ now }: Stack['clock'], { seed, rateLimits }: StackOptions) {
  return startOkta({
    now,
    perUsernamePerSecond: 1_000,
    ...(seed && { seed }),
    ...(rateLimits && { rateLimits }),
  });
}

function configOf(
  okta: EmbeddedOkta,
  options: StackOptions,
): Config & { readonly okta: OktaSettings } {
  return {
    production: options.production ?? false,
    exposeDevelopment: options.exposeDevelopment ?? false,
    okta: { ...embeddedOktaConfig(okta, options.flow ?? 'password'), ...options.okta },
    embedded: { port: 0, logInFlow: 'password', snapshotFile: null, names: 'required' },
    server: {
      host: '127.0.0.1',
      port: 0,
      publicUrl: null,
      corsOrigins: [],
      trustedProxies: [],
      logLevel: 'debug',
      requestTimeoutMs: 10_000,
      drainMs: 5_000,
      connections: { max: 5_000, keepAliveSeconds: 5 },
      documentsFile: null,
      profileFile: null,
      ...options.server,
    },
    services: { scope: 'accounts.read' },
    accounts: {
      enumeration: 'strict',
      signUp: 'ACTIVE',
      answerFloorMs: 0,
      optionalFields: [],
      ...options.accounts,
    },
    limits: { on: options.limits ?? false },
    refresh: { graceSeconds: 30 },
    events: { logPollSeconds: 0, ...options.events },
    profiles: { ttlSeconds: options.profileTtlSeconds ?? 30 },
    workers: 1,
    metrics: options.metrics === true ? { host: '127.0.0.1', port: 0 } : null,
  };
}

function secretsOf(okta: EmbeddedOkta, options: StackOptions): ServingSecrets {
  return {
    okta: embeddedOktaCredentials(okta),
    serviceClients: [options.serviceClient ?? serviceOf(okta)],
    hookSecrets: [],
    redis: options.redisUrl === undefined ? null : redisAt(options.redisUrl),
    sealingKeys: [options.redisUrl === undefined ? randomBytes(32) : new Uint8Array(32).fill(7)],
    ...options.secrets,
  };
}
