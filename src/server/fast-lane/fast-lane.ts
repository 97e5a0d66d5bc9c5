import type { DocumentNode, ExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GraphQLRequest } from '../params.ts';
import { type Asked, type ObserverOptions, observeOperation } from '../use-observer.ts';
import { compileDocument, onlyQuery, type Run } from './compile.ts';
import { type Lifted, liftDocument, liftTokens, variableName } from './lift.ts';
import { locateErrors } from './located.ts';

/** A request for a document that is compiled: to run it is all that is left to do. */
export interface Prepared {
  readonly asked: Asked;
  /** Null: nothing that could be given to the caller has come of it, so the usual way has to be taken. */
  run(context: unknown): Promise<ExecutionResult | null> | ExecutionResult | null;
}

/**
 * The short way for queries that come again and again: compiled once, with every token in the text
 * taken for a variable. What a document may hold is not looked at here, so only documents that have
 * passed the usual way are taken in.
 */
export interface FastLane {
  /** Null: the usual way. */
  find(request: GraphQLRequest): Prepared | null;
  /** @param document of the request, parsed, and found good by every rule */
  learn(request: GraphQLRequest, document: DocumentNode): void;
}

interface Known {
  readonly asked: Asked;
  readonly document: DocumentNode;
  readonly tokens: number;
  readonly operationName: string | null;
  readonly run: Run;
}

/** A compiled document takes up to a megabyte. */
const maxDocuments = 100;
const maxCharacters = 10_000;

export function createFastLane(options: ObserverOptions): FastLane {
  /** By shape; false for what cannot be compiled. */
  const documents = new LRUCache<string, Known | false>({ max: maxDocuments });
  return {
    find(request) {
      const { shape, tokens } = liftTokens(request.query);
      const known = documents.get(shape);
      if (!known || known.tokens !== tokens.length) return null;
      const { operationName } = request;
      if (operationName !== undefined && operationName !== known.operationName) return null;
      return prepare(known, request, tokens);
    },
    learn({ query }, document) {
      // A mutation may hold a password, and would only take the place of a query.
      if (onlyQuery(document) === null) return;
      const lifted = liftTokens(query);
      if (lifted.shape.length > maxCharacters || documents.has(lifted.shape)) return;
      documents.set(lifted.shape, know(document, lifted, options) ?? false);
    },
  };
}

function know(document: DocumentNode, lifted: Lifted, options: ObserverOptions): Known | null {
  const operation = onlyQuery(document);
  if (operation === null) return null;
  const general = liftDocument(document, lifted, options.schema);
  const run = general && compileDocument(options.schema, general);
  if (general === null || run === null) return null;
  const operationName = operation.name?.value ?? null;
  const asked = observeOperation(operation, document, options);
  return { asked, document: general, tokens: lifted.tokens.length, operationName, run };
}

function prepare(
  { asked, document, run }: Known,
  { query, variables }: GraphQLRequest,
  tokens: readonly string[],
): Prepared {
  return {
    asked,
    run(context) {
      const result = run(context, withTokens(variables, tokens));
      return result instanceof Promise
        ? result.then((settled) => asSent(settled, document, query))
        : result && asSent(result, document, query);
    },
  };
}

function withTokens(
  variables: GraphQLRequest['variables'],
  tokens: readonly string[],
): Readonly<Record<string, unknown>> {
  if (tokens.length === 0) return variables ?? {};
  const all = { ...variables };
  for (const [index, token] of tokens.entries()) all[variableName(index)] = token;
  return all;
}

function asSent(
  result: ExecutionResult,
  document: DocumentNode,
  query: string,
): ExecutionResult | null {
  if (result.errors === undefined) return result;
  const errors = locateErrors(result.errors, document, query);
  // In the order in which the other way writes them.
  return errors && { errors, data: result.data ?? null };
}
