import { type DocumentNode, isExecutableDefinitionNode, Kind, visit } from 'graphql';

/**
 * Whether a text in the document may be a secret, which must not stay in memory: any text beside a
 * mutation may be a password, and one that begins as a JWT does may be a token.
 */
export function mayHoldSecret(document: DocumentNode): boolean {
  const isMutation = document.definitions
    .filter(isExecutableDefinitionNode)
    .some((one) => one.kind === Kind.OPERATION_DEFINITION && one.operation === 'mutation');
  let found = false;
  visit(document, {
    StringValue({ value }) {
      if (isMutation || value.startsWith('eyJ')) found = true;
    },
  });
  return found;
}
