export type { DocumentTypeDecoration, TypedDocumentString } from './documents/graphql.ts';
