import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { RequestRecord } from '../../observability/request-record.ts';
import type { ServerContext } from '../request/exchange.ts';

/** Records what was asked and how it ended, only by names of the schema. */
export function useObserver(options: ObserverOptions): Plugin<ServerContext, ServerContext> {
  return {
    onExecute({ args }) {
      const operation = getOperationAST(args.document, args.operationName);
      if (!operation) return;
      const { exchange }: ServerContext = args.contextValue;
      Object.assign(exchange.context.record, observeOperation(operation, args.document, options));
    },
    // Runs after the mask, and so sees the codes that callers see.
    onResultProcess({ result, serverContext }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result) return;
      serverContext.exchange.context.record.outcomes = outcomesOf(result, options.schema);
    },
  };
}

export interface ObserverOptions {
  readonly schema: GraphQLSchema;
  /** Of the documents that callers are given; any other name is a text of the caller's own. */
  readonly operationNames: ReadonlySet<string>;
}

export type ObservedOperation = Pick<RequestRecord, 'operationType' | 'operationName' | 'fields'>;

/** Types of union results and codes of errors, each once. */
export function outcomesOf(
  { data, errors }: ExecutionResult,
  schema: GraphQLSchema,
): RequestRecord['outcomes'] {
  const outcomes: string[] = [];
  for (const name in data) {
    const type = typeOf(data[name], schema);
    if (type !== null) outcomes.push(type);
  }
  for (const error of errors ?? []) outcomes.push(String(error.extensions['code']));
  return outcomes.length > 1 ? [...new Set(outcomes)] : outcomes;
}

/** What was asked, by names of the schema. */
export function observeOperation(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  { schema, operationNames }: ObserverOptions,
): ObservedOperation {
  const name = operation.name?.value;
  const known = schema.getRootType(operation.operation)?.getFields() ?? {};
  const fields = rootFields(operation.selectionSet, document, new Set());
  return {
    operationType: operation.operation,
    operationName: name === undefined ? null : operationNames.has(name) ? name : 'other',
    fields: [...new Set(fields)].filter((field) => Object.hasOwn(known, field)),
  };
}

function rootFields(
  set: SelectionSetNode,
  document: DocumentNode,
  visited: Set<string>,
): readonly string[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return rootFields(selection.selectionSet, document, visited);
    }
    const name = selection.name.value;
    if (visited.has(name)) return [];
    visited.add(name);
    const fragment = document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION
      ? rootFields(fragment.selectionSet, document, visited)
      : [];
  });
}

/** Checked against the schema, since `__typename` may be a caller's alias of any other field. */
function typeOf(value: unknown, schema: GraphQLSchema): string | null {
  if (typeof value !== 'object' || value === null || !('__typename' in value)) return null;
  const { __typename: name } = value;
  return typeof name === 'string' && isObjectType(schema.getType(name)) ? name : null;
}
