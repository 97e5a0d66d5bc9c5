import { type DocumentNode, type ExecutionResult, GraphQLError, parse, print } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { asError } from '../../../async/as-error.ts';
import { andThen, orElse, type PromiseOrValue } from '../../../async/maybe-promise.ts';
import { weightOfCompiled } from '../documents/document-weight.ts';
import type { Documents } from '../documents/persisted-documents.ts';
import {
  type ObservedOperation,
  type ObserverOptions,
  observeOperation,
} from '../plugins/use-observer.ts';
import type { Exchange, ServerContext } from '../request/exchange.ts';
import type { GraphQLRequest } from '../request/params.ts';
import type { CompiledDocuments } from './cache.ts';
import { type CompiledQuery, compileDocument, onlyOperation } from './compile.ts';
import { locateErrors } from './locate-errors.ts';
import {
  type ParameterizedText,
  parameterizeDocument,
  parameterizeTokens,
  variableName,
} from './parameterize-tokens.ts';

/**
 * Connects Yoga with the compiled queries: documents that have passed parsing, validation and limits in
 * Yoga are offered for compilation, and errors of a compiled query are masked and written by Yoga.
 */
export function useCompiledQueries(
  compiled: CompiledQueries,
): Plugin<ServerContext, ServerContext> {
  return {
    onParams({ context, setResult }) {
      const { result }: Exchange = context.exchange;
      if (result !== undefined) setResult(result);
    },
    onExecute({ args }) {
      const { params, context }: Exchange = args.contextValue.exchange;
      return {
        onExecuteDone() {
          compiled.learn(params, args.document, {
            isOfService: context.record.caller?.kind === 'service',
          });
        },
      };
    },
  };
}

/** A request for a compiled document: it only has to be run. */
export interface PreparedOperation {
  readonly observed: ObservedOperation;
  /**
   * Null where a query failed with an error of the compiler itself, and has to run again in Yoga. A
   * mutation runs only once, so its errors are final.
   */
  run(context: unknown): PromiseOrValue<ExecutionResult | null>;
}

/**
 * Operations that are sent again and again are compiled once, with every token in the text as a variable.
 * The limits of documents are not checked here, so only documents that have run in Yoga are compiled.
 */
export interface CompiledQueries {
  /** Null where Yoga has to run it. */
  find(request: GraphQLRequest): PreparedOperation | null;
  /** @param document of the request, parsed and valid */
  learn(
    request: GraphQLRequest,
    document: DocumentNode,
    of: { readonly isOfService: boolean },
  ): void;
}

export interface CompiledDocument extends CompiledQuery {
  readonly observed: ObservedOperation;
  readonly document: DocumentNode;
  readonly tokens: number;
  readonly operationName: string | null;
}

interface Options extends ObserverOptions {
  readonly documents: Documents;
  readonly documentCaches: { readonly compiled: CompiledDocuments<CompiledDocument> };
}

const maxCharacters = 10_000;

export function createCompiledQueries(options: Options): CompiledQueries {
  const { compiled } = options.documentCaches;
  return {
    find(request) {
      const { shape, tokens } = parameterizeTokens(request.query);
      const known = compiled.get(shape);
      if (known === undefined || known.tokens !== tokens.length) return null;
      const { operationName } = request;
      if (operationName !== undefined && operationName !== known.operationName) return null;
      const variables = known.readVariables(withTokens(request.variables, tokens));
      return variables && prepare(known, request.query, variables);
    },
    learn({ query }, document, { isOfService }) {
      if (onlyOperation(document) === null) return;
      const parameterized = parameterizeTokens(query);
      if (parameterized.shape.length > maxCharacters) return;
      compiled.offer(parameterized.shape, {
        isPersisted: options.documents.has(query),
        isOfService,
        weight: weightOfCompiled(query, document),
        compile: () => toCompiledDocument(document, parameterized, options),
      });
    },
  };
}

function toCompiledDocument(
  sent: DocumentNode,
  parameterized: ParameterizedText,
  options: Options,
): CompiledDocument | null {
  const withVariables = parameterizeDocument(sent, parameterized, options.schema);
  if (withVariables === null) return null;
  // Parsed anew: what was sent holds its own text, with the tokens and comments of one caller.
  const document = parse(print(withVariables));
  const operation = onlyOperation(document);
  const compiled = operation && compileDocument(options.schema, document, operation);
  if (!compiled) return null;
  const operationName = operation.name?.value ?? null;
  const observed = observeOperation(operation, document, options);
  return { ...compiled, observed, document, tokens: parameterized.tokens.length, operationName };
}

function prepare(
  known: CompiledDocument,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): PreparedOperation {
  const { observed, run } = known;
  const sent = (result: ExecutionResult) => withSentLocations(result, known, query);
  return {
    observed,
    run: (context) => orElse(() => andThen(run(context, variables), sent), failureIn(known)),
  };
}

/** The compiler throws where no type of a union fits. */
function failureIn({ observed }: CompiledDocument): (error: unknown) => ExecutionResult | null {
  return (thrown) => {
    if (observed.operationType !== 'mutation') return null;
    const originalError = asError(thrown);
    return { errors: [new GraphQLError(originalError.message, { originalError })], data: null };
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

function withSentLocations(
  result: ExecutionResult,
  { document, observed }: Pick<CompiledDocument, 'document' | 'observed'>,
  query: string,
): ExecutionResult | null {
  if (result.errors === undefined) return result;
  const isFinal = observed.operationType === 'mutation';
  const errors = locateErrors(result.errors, { compiled: document, query, isFinal });
  // In the order in which the other way writes them.
  return errors && { errors, data: result.data ?? null };
}
