import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { buildSchema, GraphQLError, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import type { Caller } from '../../src/callers/caller.ts';
import { createLocalBus } from '../../src/events/bus.ts';
import { createEventLog } from '../../src/events/event-log.ts';
import type { Context, Shared } from '../../src/graphql/base/context.ts';
import { ProviderMisconfigured, UpstreamUnavailable } from '../../src/identity/errors.ts';
import type { Log } from '../../src/logging/log.ts';
import { type AppDeps, createApp } from '../../src/server/app.ts';
import { createEventStreams } from '../../src/server/events/streams.ts';
import { createDocumentCaches } from '../../src/server/graphql/document-caches.ts';
import { createDocuments } from '../../src/server/graphql/documents/persisted-documents.ts';
import {
  createProviderCalls,
  type ProviderCalls,
} from '../../src/server/observability/provider-calls.ts';
import { closeNow, listenLocally } from '../support/local-url.ts';
import { catchLog } from '../support/log.ts';

/** A schema of the same shape as the real one, and of no more than the server's own tests need. */
const sdl = /* GraphQL */ `
  type Query {
    me: User
    user(id: ID!): User
    echo(text: String!, mode: Mode = LOUD, times: Int! = 1): String!
    wait(ms: Int!): String!
    hang: String!
    break(how: How!): String
    caller: String!
    customer: String!
  }
  type Mutation {
    logIn(input: LogInInput!): LogInResult!
  }
  input LogInInput {
    email: String!
    password: String!
  }
  union LogInResult = LogInSuccess | InvalidCredentials
  type LogInSuccess {
    token: String!
  }
  type InvalidCredentials {
    message: String!
  }
  type User {
    id: ID!
    email: String!
    friend: User
  }
  enum Mode {
    LOUD
    QUIET
  }
  enum How {
    PLAIN_ERROR
    JSON_PARSE
    WRONG_TYPE
    MISCONFIGURED
    UPSTREAM
    FORBIDDEN
    FOREIGN_CODE
  }
`;

export interface Tiny {
  readonly url: string;
  /** Passwords that reached the resolver of logIn. */
  readonly attempts: string[];
  readonly lines: () => Record<string, unknown>[];
  readonly logText: () => string;
  readonly drain: () => void;
  close(): Promise<void>;
}

export async function startTiny(options: Partial<AppDeps> = {}): Promise<Tiny> {
  const attempts: string[] = [];
  const { log, lines, entries } = catchLog();
  const app = createApp({ ...tinyDeps(attempts, log), ...options });
  const server = createServer(app.handle);
  return {
    url: await listenLocally(server),
    attempts,
    lines: entries,
    logText: () => lines.join('\n'),
    drain: app.drain,
    close: () => closeNow(server),
  };
}

export function tinyDeps(attempts: string[] = [], log: Log = pino({ level: 'silent' })): AppDeps {
  const providerCalls = createProviderCalls();
  const eventLog = createEventLog(createLocalBus());
  const state = () => ({ reach: 'local', completeUntil: null }) as const;
  const streams = createEventStreams({ log: eventLog, state, describe: () => ({}) });
  return {
    schema: tinySchema(attempts, providerCalls),
    shared: {} as Shared,
    createContext: async (_shared, request) =>
      ({
        call: { requestId: request.key, signal: request.signal(), shopper: null },
        async caller() {
          const caller: Caller =
            request.authorization === null
              ? { kind: 'anonymous' }
              : { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' };
          request.record.noteCaller(caller);
          return caller;
        },
      }) as Context,
    config: { requestTimeoutMs: 5_000, corsOrigins: [], trustedProxies: [] },
    production: true,
    log,
    ready: async () => ({ ok: true, checks: { okta: 'ok' }, failures: [] }),
    hook: { secrets: () => [], take: async () => null },
    events: { log: eventLog, streams },
    metadata: { issuer: 'http://127.0.0.1', jwksUri: 'http://127.0.0.1/v1/keys', publicUrl: null },
    graphiql: null,
    providerCalls,
    audit: { ended: () => undefined, request: () => undefined },
    count: null,
    tracing: null,
    operationNames: new Set(['LogIn', 'Me']),
    documents: createDocuments([]),
    documentCaches: createDocumentCaches(),
    now: Date.now,
  };
}

/** By the password; any other fails as `break` does. */
const results: Readonly<Record<string, unknown>> = {
  right: { __typename: 'LogInSuccess', token: 'a-token' },
  wrong: { __typename: 'InvalidCredentials', message: 'No.' },
  nothing: null,
  tokenless: { __typename: 'LogInSuccess' },
  untyped: { token: 'a-token' },
};

type Resolvers = Record<string, GraphQLFieldResolver<unknown, Context>>;

function tinySchema(attempts: string[], providerCalls: ProviderCalls): GraphQLSchema {
  const user = { id: '1', email: 'ada@example.com', friend: { id: '2', email: 'b@example.com' } };
  const query: Resolvers = {
    me: () => user,
    user: () => user,
    echo: (_root, { text }) => text,
    wait: (_root, { ms }, { call }) => waitFor(ms, call.signal),
    hang: () => new Promise(() => undefined),
    break: (_root, { how }) => breakBy(how),
    caller: async (_root, _args, context) => (await context.caller()).kind,
    customer: async (_root, _args, context) => (await context.customer()).kind,
  };
  const mutation: Resolvers = {
    logIn(_root, { input }, { call: { requestId } }) {
      attempts.push(input.password);
      const call = { endpoint: 'token/password', oktaRequestId: 'okta-1', failure: null };
      providerCalls.observe({ ...call, requestId, status: 200, durationMs: 3 });
      const { password } = input;
      // A name of `How` makes it fail; any other password is wrong.
      if (/^[A-Z_]+$/.test(password)) return breakBy(password);
      return password in results ? results[password] : results['wrong'];
    },
  };
  const schema = buildSchema(sdl);
  for (const [type, resolvers] of [
    [schema.getQueryType(), query],
    [schema.getMutationType(), mutation],
  ] as const) {
    for (const [name, resolve] of Object.entries(resolvers)) {
      const field = type?.getFields()[name];
      if (field) field.resolve = resolve;
    }
  }
  return schema;
}

function waitFor(ms: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('done'), ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

function breakBy(how: string): unknown {
  switch (how) {
    case 'PLAIN_ERROR':
      throw new Error('the password was hunter2');
    case 'JSON_PARSE':
      return JSON.parse('hunter2\n    at hunter2');
    case 'WRONG_TYPE':
      return { hunter2: true };
    case 'MISCONFIGURED':
      throw new ProviderMisconfigured('invalid_client: The client secret is not valid.');
    case 'UPSTREAM':
      throw new UpstreamUnavailable({ cause: new Error('hunter2') });
    case 'FORBIDDEN':
      throw new GraphQLError('Not for you.', { extensions: { code: 'FORBIDDEN', wait: 3 } });
    default:
      throw new GraphQLError('hunter2', { extensions: { code: 'SOME_LIBRARY' } });
  }
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: GraphQLAnswer;
}

interface GraphQLAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: {
    message: string;
    path?: unknown[];
    locations?: unknown[];
    extensions: Record<string, unknown>;
  }[];
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Without Content-Length, in chunks. */
  readonly chunked?: boolean;
}

/** By node:http, since fetch adds headers and hides how a body is sent. */
export function send(url: string, request: RawRequest): Promise<RawAnswer> {
  const { method = 'POST', path = '/graphql', body = '', chunked = false } = request;
  const json = { 'content-type': 'application/json' };
  const length = chunked ? undefined : { 'content-length': String(Buffer.byteLength(body)) };
  const headers = { ...(method === 'POST' && { ...json, ...length }), ...request.headers };
  return new Promise((resolve, reject) => {
    const out = httpRequest(`${url}${path}`, { method, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        const isJson = answer.headers['content-type']?.includes('json') && text !== '';
        const status = answer.statusCode ?? 0;
        resolve({ status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : {} });
      });
    });
    out.on('error', reject);
    if (chunked) for (const half of halves(Buffer.from(body))) out.write(half);
    else if (body.length > 0) out.write(body);
    out.end();
  });
}

function halves(bytes: Buffer): Buffer[] {
  const middle = Math.floor(bytes.length / 2);
  return [bytes.subarray(0, middle), bytes.subarray(middle)];
}

export function gql(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<RawAnswer> {
  return send(url, { body: JSON.stringify({ query, variables }) });
}

/** Writes bytes as they are and collects what comes back until the other side closes. */
export function sendBytes(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.on('data', (part) => {
      text += part.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}
