import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Position, parsePosition } from '../cache/position.ts';
import { authorizationOf, type ServiceCredentials } from './credentials.ts';
import { Gate } from './gate.ts';
import { AccountApiUnavailable, type UnavailableCause } from './unavailable.ts';

export interface ApiOptions {
  /** Without a path of the API and without a slash at the end. */
  readonly url: string;
  readonly service: ServiceCredentials;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
}

export interface Question {
  /** For spans. */
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** How many things it asks about, for spans. */
  readonly size: number;
  /** The answer should reflect the events up to here. */
  readonly minimum: Position | null;
}

export interface GraphQLFault {
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface ApiAnswer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: readonly GraphQLFault[];
  /** The events up to here are reflected; null where the answer does not say. */
  readonly stamp: Position | null;
}

/** Longest time for which an answer of the API may stop the questions. */
const maxPauseMs = 5_000;

/** Sends questions to `/graphql`, over connections that stay open. */
export class ApiClient {
  readonly #options: ApiOptions;
  readonly #tracer = trace.getTracer('okta-account-backend');
  readonly #gate = new Gate();
  readonly #closed = new AbortController();
  #pausedUntil = 0;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** @throws AccountApiUnavailable, and nothing else */
  async ask(question: Question): Promise<ApiAnswer> {
    const span = this.#tracer.startSpan(`account api ${question.name}`, {
      kind: SpanKind.CLIENT,
      attributes: { 'graphql.operation.name': question.name, 'account.batch.size': question.size },
    });
    const { timeoutMs } = this.#options;
    // It bounds the waiting as well.
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      return await context.with(trace.setSpan(context.active(), span), () =>
        this.#gate.pass(signal, () => this.#send(question, signal)),
      );
    } catch (error) {
      const failure = error instanceof AccountApiUnavailable ? error : unavailable(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: failure.why });
      span.setAttribute('error.type', failure.why);
      throw failure;
    } finally {
      span.end();
    }
  }

  close(): void {
    this.#closed.abort();
  }

  async #send({ query, variables, minimum }: Question, signal: AbortSignal): Promise<ApiAnswer> {
    const pause = this.#pausedUntil - performance.now();
    if (pause > 0) throw new AccountApiUnavailable('RATE_LIMITED', pause / 1000);
    const response = await this.#options.fetch(`${this.#options.url}/graphql`, {
      method: 'POST',
      headers: await this.#headers(minimum),
      body: JSON.stringify({ query, variables }),
      // A redirect would take the credentials elsewhere.
      redirect: 'error',
      signal,
    });
    if (!response.ok) throw await this.#refused(response);
    return {
      ...readBody(await response.json()),
      stamp: parsePosition(response.headers.get('events-position')),
    };
  }

  async #headers(minimum: Position | null): Promise<Record<string, string>> {
    const headers: Record<string, string> = {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      Authorization: await authorizationOf(this.#options.service).catch(() => {
        throw new AccountApiUnavailable('CREDENTIALS');
      }),
    };
    if (minimum !== null) headers['Events-Position'] = minimum.text;
    propagation.inject(context.active(), headers);
    return headers;
  }

  async #refused(response: Response): Promise<AccountApiUnavailable> {
    // Unread, the body would hold the connection.
    await response.body?.cancel();
    const { status } = response;
    if (status === 401 || status === 403) return new AccountApiUnavailable('CREDENTIALS');
    if (status !== 429 && status !== 503) return new AccountApiUnavailable('BAD_ANSWER');
    const seconds = retryAfterSeconds(response.headers.get('retry-after')) ?? 1;
    this.#pausedUntil = performance.now() + Math.min(seconds * 1000, maxPauseMs);
    return new AccountApiUnavailable(status === 429 ? 'RATE_LIMITED' : 'UPSTREAM', seconds);
  }
}

/** Seconds, or a date (RFC 9110 section 10.2.3). Null where there is none. */
export function retryAfterSeconds(header: string | null): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}

/** Of an error of one field, or of the whole answer. */
export function faultOf({ extensions = {} }: GraphQLFault): AccountApiUnavailable {
  const { code, retryAfterSeconds: seconds } = extensions;
  return new AccountApiUnavailable(causeOf(code), typeof seconds === 'number' ? seconds : 1);
}

function causeOf(code: unknown): UnavailableCause {
  switch (code) {
    case 'CALLER_UNAUTHENTICATED':
    case 'FORBIDDEN':
    case 'TOKEN_EXPIRED':
    case 'TOKEN_INVALID':
      return 'CREDENTIALS';
    case 'RATE_LIMITED':
      return 'RATE_LIMITED';
    case 'UPSTREAM_UNAVAILABLE':
      return 'UPSTREAM';
    default:
      return 'BAD_ANSWER';
  }
}

function readBody(body: unknown): Pick<ApiAnswer, 'data' | 'errors'> {
  const { data, errors = [] } = (body ?? {}) as {
    data?: ApiAnswer['data'] | null;
    errors?: readonly GraphQLFault[];
  };
  if (data != null) return { data, errors };
  const [first] = errors;
  throw first === undefined ? new AccountApiUnavailable('BAD_ANSWER') : faultOf(first);
}

/** A failure of `fetch` itself. Its own error may quote the address, so it is not passed on. */
function unavailable(error: unknown): AccountApiUnavailable {
  if (error instanceof SyntaxError) return new AccountApiUnavailable('BAD_ANSWER');
  const name = error instanceof Error ? error.name : '';
  if (name === 'AbortError') return new AccountApiUnavailable('CLOSED');
  return new AccountApiUnavailable(name === 'TimeoutError' ? 'TIMEOUT' : 'NETWORK');
}
