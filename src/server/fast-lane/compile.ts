import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getVariableValues,
  isExecutableDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { createInputDefaults } from './input-defaults.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Null where the variables do not fit: nothing has run then. */
export type Run = (
  context: unknown,
  variables: Variables,
) => ExecutionResult | Promise<ExecutionResult> | null;

/** Null for a document that is not sure to mean the same when compiled. */
export function compileDocument(schema: GraphQLSchema, document: DocumentNode): Run | null {
  const operation = onlyQuery(document);
  if (operation === null || !isPlain(document)) return null;
  const compiled = compileQuery(schema, document);
  if (!isCompiledQuery(compiled)) return null;
  const { variableDefinitions = [] } = operation;
  const withDefaults = createInputDefaults(schema, variableDefinitions);
  return (context, variables) => {
    // The compiled coercion takes some values that GraphQL does not, such as a list for an object.
    const { errors } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: 1 });
    if (errors !== undefined) return null;
    return compiled.query(undefined, context, withDefaults(variables));
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
