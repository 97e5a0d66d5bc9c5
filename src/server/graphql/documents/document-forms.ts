import { type DocumentNode, Kind, parse, print, visit } from 'graphql';

/**
 * The texts under which clients hash one document: as it is; as a client prints it that changes
 * nothing (urql without a cache, graphql-request); and with `__typename` in every selection of a
 * field or fragment, as Apollo Client and urql print it for their caches.
 * @throws GraphQLError for what is no document
 */
export function documentForms(text: string): readonly string[] {
  const document = parse(text);
  return [...new Set([text, print(document), print(withTypenames(document))])];
}

const typename = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;

/** At the end of each selection that has none; the root of an operation stays as it is. */
function withTypenames(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet(node, _key, parent) {
      const isRoot =
        parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
      const hasOne = node.selections.some(
        (selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename',
      );
      return isRoot || hasOne ? undefined : { ...node, selections: [...node.selections, typename] };
    },
  });
}
