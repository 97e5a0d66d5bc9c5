import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  getLocation,
  parse,
  type SourceLocation,
  visit,
} from 'graphql';

/**
 * Errors of the compiled document as errors of the document that was sent: they point to its fields,
 * whose places in the text depend on how long its tokens are. Null where an error is the compiler's
 * own, whose text differs from the one that is usual.
 */
export function locateErrors(
  errors: readonly GraphQLError[],
  compiled: DocumentNode,
  query: string,
): readonly GraphQLError[] | null {
  const known = fieldsOf(compiled);
  const sent = fieldsOf(parse(query));
  const located: GraphQLError[] = [];
  for (const { message, originalError, path, locations } of errors) {
    if (!originalError || !path) return null;
    const nodes = sent.filter((_, index) => isAt(known[index], locations ?? []));
    located.push(new GraphQLError(message, { nodes, path, originalError }));
  }
  return located;
}

function fieldsOf(document: DocumentNode): readonly FieldNode[] {
  const fields: FieldNode[] = [];
  visit(document, { Field: (field) => void fields.push(field) });
  return fields;
}

function isAt(field: FieldNode | undefined, locations: readonly SourceLocation[]): boolean {
  if (field?.loc === undefined) return false;
  const { line, column } = getLocation(field.loc.source, field.loc.start);
  return locations.some((location) => location.line === line && location.column === column);
}
