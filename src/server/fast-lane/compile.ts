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
import { createVariablesReader } from './variables.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Null where the variables are not plain: nothing has run then. */
export type Run = (
  context: unknown,
  variables: Variables,
) => ExecutionResult | Promise<ExecutionResult> | null;

/** Null for a document that is not sure to mean the same when compiled. */
export function compileDocument(schema: GraphQLSchema, document: DocumentNode): Run | null {
  const operation = onlyQuery(document);
  if (operation === null || !isPlain(document)) return null;
  const readVariables = createVariablesReader(schema, operation.variableDefinitions ?? []);
  if (readVariables === null) return null;
  const compiled = compileQuery(schema, document);
  if (!isCompiledQuery(compiled)) return null;
  return (context, variables) => {
    const read = readVariables(variables);
    return read && compiled.query(undefined, context, read);
  };
}

/** Mutations stay where one stands after another. */
export function onlyQuery(document: DocumentNode): OperationDefinitionNode | null {
  const operations = document.definitions
    .filter(isExecutableDefinitionNode)
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  return operations.length === 1 && operation?.operation === 'query' ? operation : null;
}

/** No introspection, which compiles to megabytes, and no key that means something else in JavaScript. */
function isPlain(document: DocumentNode): boolean {
  let plain = true;
  visit(document, {
    Name({ value }) {
      if (value.startsWith('__') && value !== '__typename') plain = false;
    },
  });
  return plain;
}
