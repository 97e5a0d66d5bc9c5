import { Writable } from 'node:stream';
import type { Config, OktaConfig } from '../src/config.ts';
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
  close(): Promise<void>;
}

const service = { id: 'backend', secret: 'a-secret-of-the-test-backend' };

/** The account API over HTTP on an embedded org over HTTP, both on free ports. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  let ahead = 0;
  const clock = {
    now: () => Date.now() + ahead,
    advance(ms: number) {
      ahead += ms;
    },
  };
  const okta = await startOkta({
    now: clock.now,
    perUsernamePerSecond: 1_000,
    ...(options.seed && { seed: options.seed }),
    ...(options.rateLimits && { rateLimits: options.rateLimits }),
  });
  const logs: string[] = [];
  const config = configOf(okta, options);
  const log = createLogger('debug', lineSink(logs));
  const api = await createAccountApi(config, { log, now: clock.now });
  const listening = await listen(api.app, config.server);

  return {
    url: listening.url,
    okta,
    clock,
    logs,
    basic: `Basic ${Buffer.from(`${service.id}:${service.secret}`).toString('base64')}`,
    async gql(document, variables, headers = {}) {
      const response = await fetch(`${listening.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      const body = (await response.json()) as { data?: never };
      return { data: null, ...body, status: response.status, headers: response.headers };
    },
    async close() {
      await listening.close();
      await api.close();
      await okta.close();
    },
  };
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
    services: { clients: [service], scope: 'accounts.read' },
    accounts: { enumeration: 'strict', answerFloorMs: 0, ...options.accounts },
    sealingKey: null,
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
