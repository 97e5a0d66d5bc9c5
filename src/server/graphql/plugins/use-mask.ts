import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AccountError, accountErrorCodes, RateLimited } from '../../../identity/errors.ts';
import type { Exchange, ServerContext } from '../request/exchange.ts';
import { describeForDevelopers } from './redact-message.ts';

export interface MaskOptions {
  /** Names of the schema; null keeps every message fixed, as production wants it. */
  readonly explainWith: ReadonlySet<string> | null;
  /** Called with every error that callers see as INTERNAL. */
  readonly onInternal: (error: unknown, exchange: Exchange) => void;
}

/** Codes that our own code gives to errors with fixed texts; anything else gets a text from here. */
const ownCodes: ReadonlySet<unknown> = new Set([
  ...accountErrorCodes,
  'CALLER_UNAUTHENTICATED',
  'FORBIDDEN',
  'TOKEN_EXPIRED',
  'TOKEN_INVALID',
  'TOO_MANY_MUTATIONS',
]);

/** What a caller did wrong, by the codes that Yoga and `useDocumentLimits` give. */
const faults = new Map<unknown, string>([
  ['GRAPHQL_PARSE_FAILED', 'The document is not GraphQL.'],
  ['GRAPHQL_VALIDATION_FAILED', 'The document does not fit the schema.'],
  ['DOCUMENT_LIMIT', 'The document is too deep, too large or repeats too much.'],
  ['NO_SUBSCRIPTIONS', 'There are no subscriptions, only queries and mutations.'],
  ['OPERATION_RESOLUTION_FAILURE', 'The document has no such operation, or it has to be named.'],
]);
const coercionFault = 'A variable or an argument is missing or does not fit its type.';

/**
 * The one place where an error becomes part of an answer. Parsers, validation and coercion quote what
 * was sent, and that may be a password, so every text is replaced by a fixed one.
 */
export function useMask(options: MaskOptions): Plugin<Record<string, never>, ServerContext> {
  return {
    onExecute({ args }) {
      // Texts of coercion are never shown, so searching for similar names is wasted.
      Object.assign(args, { hideSuggestions: true });
    },
    // After Yoga has chosen how to write the answer, before it is written: nothing comes later.
    onResultProcess({ result, setResult, serverContext }) {
      if (Array.isArray(result) || !('errors' in result) || !result.errors) return;
      const { exchange } = serverContext;
      // An error after the end of the request is not a fault, and this answer is not seen.
      const { aborted, reason } = exchange.context.signal();
      const over = aborted && !(reason instanceof AccountError);
      const how = over ? { ...options, onInternal: () => {} } : options;
      const errors = worthTelling(result.errors).map((error) => mask(error, exchange, how));
      setResult({ ...result, errors });
    },
  };
}

/**
 * Drops all but the first of the errors without a path: they all get the same text, and coercion
 * finds up to 50 in one request.
 */
function worthTelling(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  const first = errors.find(({ path }) => path === undefined);
  return errors.filter((error) => error.path !== undefined || error === first);
}

function mask(error: GraphQLError, exchange: Exchange, options: MaskOptions): GraphQLError {
  const origin = originOf(error);
  const { message, extensions } = textOf(origin, error, options);
  if (extensions['code'] === 'INTERNAL') options.onInternal(origin, exchange);
  if (origin instanceof AccountError) exchange.context.record.noteFailure(origin);
  // The status stays with the error: without it a malformed document would be answered with 200.
  const http = extensions.http ?? error.extensions.http;
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { ...extensions, requestId: exchange.context.requestId, ...(http && { http }) },
  });
}

interface Masked {
  readonly message: string;
  readonly extensions: GraphQLErrorExtensions;
}

function textOf(origin: unknown, error: GraphQLError, options: MaskOptions): Masked {
  const ofField = error.path !== undefined;
  if (origin instanceof AccountError) {
    const { message, code, retryable } = origin;
    const wait =
      origin instanceof RateLimited ? { retryAfterSeconds: origin.retryAfterSeconds } : undefined;
    return { message, extensions: { code, retryable, ...wait } };
  }
  if (!(origin instanceof GraphQLError)) return internal(ofField);
  const code = origin.extensions['code'];
  if (ownCodes.has(code) || (ofField && code === 'BAD_REQUEST')) {
    return { message: origin.message, extensions: origin.extensions };
  }
  // A resolver's error without one of our codes is not meant for callers.
  if (ofField && !isArgumentError(origin)) return internal(ofField);
  const detail = options.explainWith && describeForDevelopers(origin, options.explainWith);
  const message = detail ?? faults.get(code) ?? coercionFault;
  return { message, extensions: { code: 'BAD_REQUEST', ...(!ofField && faultStatus(error)) } };
}

/**
 * Yoga's `spec` means 200 where the caller asked for application/json: GraphQL over HTTP requires
 * that for every well-formed request.
 */
function faultStatus(error: GraphQLError): GraphQLErrorExtensions {
  const { status = 400, ...http } = error.extensions.http ?? {};
  return { http: { spec: status === 400, ...http, status } };
}

/** 500 only where there is no data: the other fields of a request succeed beside a failed one. */
function internal(ofField: boolean): Masked {
  const http = ofField ? undefined : { http: { status: 500 } };
  return { message: 'The server failed.', extensions: { code: 'INTERNAL', ...http } };
}

/** A null in a variable that has a default is found out only when the field runs. */
function isArgumentError(error: GraphQLError): boolean {
  return error.message.startsWith('Argument "');
}

/** graphql-js and Yoga wrap what a resolver throws, sometimes twice. */
function originOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError
    ? originOf(error.originalError)
    : error;
}
