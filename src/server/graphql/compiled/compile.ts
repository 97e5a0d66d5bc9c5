import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  isExecutableDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { mayHoldSecret } from '../documents/secret-texts.ts';
import { createVariablesReader } from './variables.ts';

type Variables = Readonly<Record<string, unknown>>;

export interface CompiledQuery {
  /** Null where they are not plain: the usual way makes of them what GraphQL has. */
  readonly readVariables: (variables: Variables) => Variables | null;
  /** @param variables as `readVariables` has given them */
  readonly run: (
    context: unknown,
    variables: Variables,
  ) => ExecutionResult | Promise<ExecutionResult>;
}

/** Null for a document that is not sure to mean the same when compiled. */
export function compileDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledQuery | null {
  if (!isPlain(document) || mayHoldSecret(document)) return null;
  const readVariables = createVariablesReader(schema, operation.variableDefinitions ?? []);
  if (readVariables === null) return null;
  const compiled = compileQuery(schema, document);
  if (!isCompiledQuery(compiled)) return null;
  return {
    readVariables,
    run: (context, variables) => compiled.query(undefined, context, variables),
  };
}

/** Null where there is more than one operation, or none that can be compiled. */
export function onlyOperation(document: DocumentNode): OperationDefinitionNode | null {
  const operations = document.definitions
    .filter(isExecutableDefinitionNode)
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  return operations.length === 1 && operation?.operation !== 'subscription'
    ? (operation ?? null)
    : null;
}

/**
 * No introspection, which compiles to megabytes, no key that means something else in JavaScript, and
 * none that may be left out at one place and there at another, which changes the order of the answer.
 */
function isPlain(document: DocumentNode): boolean {
  const keys: string[] = [];
  let plain = true;
  let isConditional = false;
  visit(document, {
    Name({ value }) {
      if (value.startsWith('__') && value !== '__typename') plain = false;
    },
    Field({ alias, name }) {
      keys.push((alias ?? name).value);
    },
    Directive() {
      isConditional = true;
    },
  });
  return plain && !(isConditional && new Set(keys).size < keys.length);
}
