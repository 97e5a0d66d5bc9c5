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
 * own, whose text differs from the one that is usual, unless the errors are final: then it is taken as
 * a failure of the field.
 */
export function locateErrors(
  errors: readonly GraphQLError[],
  of: { readonly compiled: DocumentNode; readonly query: string; readonly isFinal: boolean },
): readonly GraphQLError[] | null {
  const known = fieldsOf(of.compiled);
  const sent = fieldsOf(parse(of.query));
  const located: GraphQLError[] = [];
  for (const error of errors) {
    const { message, path, locations } = error;
    if (!of.isFinal && (!error.originalError || !path)) return null;
    const nodes = sent.filter((_, index) => isAt(known[index], locations ?? []));
    const originalError = error.originalError ?? new Error(message);
    located.push(new GraphQLError(message, { nodes, path: path ?? [], originalError }));
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
