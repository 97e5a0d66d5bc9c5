import {
  type GraphQLError,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** Every name that the schema has in any place, so that a text can be checked for others. */
export function schemaNames(schema: GraphQLSchema): ReadonlySet<string> {
  const names = new Set<string>(['__typename', '__schema', '__type']);
  for (const type of Object.values(schema.getTypeMap())) {
    names.add(type.name);
    if (isEnumType(type)) for (const { name } of type.getValues()) names.add(name);
    if (isInputObjectType(type)) for (const name of Object.keys(type.getFields())) names.add(name);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        names.add(field.name);
        for (const argument of field.args) names.add(argument.name);
      }
    }
  }
  for (const directive of schema.getDirectives()) {
    names.add(directive.name);
    for (const argument of directive.args) names.add(argument.name);
  }
  return names;
}

/**
 * The message of a syntax or validation error with every value taken out: names of the schema stay,
 * anything else in quotes goes, and so does all that follows where graphql-js prints a value bare.
 * Null for errors of other phases, whose messages are values for the most part.
 */
export function describeForDevelopers(
  error: GraphQLError,
  names: ReadonlySet<string>,
): string | null {
  switch (error.extensions['code']) {
    case 'GRAPHQL_PARSE_FAILED':
      // A token may hold quotes itself, so nothing behind the first one can be trusted.
      return until(error.message, /"|, found /);
    case 'GRAPHQL_VALIDATION_FAILED':
      return until(error.message, /, found |value: /).replace(
        /"([^"]*)"/g,
        (quoted, text: string) =>
          text.split(/[^\w]+/).every((word) => word === '' || names.has(word)) ? quoted : '"…"',
      );
    default:
      return null;
  }
}

function until(text: string, end: RegExp): string {
  const at = text.search(end);
  return at < 0 ? text : `${text.slice(0, at).trimEnd()} …`;
}
