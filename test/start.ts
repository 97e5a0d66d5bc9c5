import { Writable } from 'node:stream';
import type { Config, OktaConfig, ServiceClient } from '../src/config.ts';
import type { EmbeddedOkta, EmbeddedOktaOptions } from '../src/embedded/handle.ts';
import { listen } from '../src/server/listen.ts';
import { createLogger } from '../src/server/logging.ts';
import { createAccountApi, embeddedOktaConfig } from '../src/wire.ts';
import { startOkta } from './embedded/start.ts';
import type { TypedDocumentString } from './gql/graphql.ts';

export interface StackOptions {
  readonly flow?: OktaConfig['logInFlow'];
  readonly production?: boolean;
  readonly okta?: Partial<OktaConfig>;
  readonly server?: Partial<Config['server']>;
  readonly accounts?: Partial<Config['accounts']>;
  /** Default: the backend that the org is seeded with. */
  readonly serviceClient?: ServiceClient;
  readonly redisUrl?: string;
  /** Shares its org and its clock, as a second process of one API does. */
  readonly beside?: Stack;
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
  /** Resolves when nothing goes on behind an answer; `gql` waits for it. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** The account API over HTTP on an embedded org over HTTP, both on free ports. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { beside } = options;
  const clock = beside?.clock ?? startClock();
  const okta = beside?.okta ?? (await startOrg(clock, options));
  const logs: string[] = [];
  const config = configOf(okta, options);
  const log = createLogger('debug', lineSink(logs));
  const api = await createAccountApi(config, { log, seeded: okta.seeded, now: clock.now });
  const listening = await listen(api.app, config.server);

  return {
    url: listening.url,
    okta,
    clock,
    logs,
    settled: api.settled,
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
): Config & { readonly okta: OktaConfig } {
  return {
    production: options.production ?? false,
    okta: { ...embeddedOktaConfig(okta, options.flow ?? 'password'), ...options.okta },
    embedded: { port: 0, logInFlow: 'password', snapshotFile: null },
    server: {
      host: '127.0.0.1',
      port: 0,
      corsOrigins: [],
      logLevel: 'debug',
      requestTimeoutMs: 10_000,
      drainMs: 5_000,
      ...options.server,
    },
    services: { clients: [options.serviceClient ?? serviceOf(okta)], scope: 'accounts.read' },
    accounts: { enumeration: 'strict', signUp: 'ACTIVE', answerFloorMs: 0, ...options.accounts },
    refresh: { graceSeconds: 30 },
    redisUrl: options.redisUrl ?? null,
    sealingKey: options.redisUrl === undefined ? null : new Uint8Array(32).fill(7),
  };
}

function lineSink(lines: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      lines.push(...String(chunk).split('\n').filter(Boolean));
      done();
    },
  });
}
