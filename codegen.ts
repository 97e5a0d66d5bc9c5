import { writeFile } from 'node:fs/promises';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { callerSdl, subgraphSdl } from './src/graphql/schema.ts';

/** The one type that the generated file imports; written out, it spares its readers a package. */
const decoration = {
  imported: "import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';",
  written: `/** The types of a document, as GraphQL clients read them. */
export interface DocumentTypeDecoration<TResult, TVariables> {
  __apiType?: (variables: TVariables) => TResult;
}`,
};

/**
 * Makes typed documents of schema/operations, after a check against the schema: the storefront package
 * has them, and the tests.
 */
export const documents: CodegenConfig = {
  schema: callerSdl(),
  documents: 'schema/operations/*.graphql',
  silent: true,
  generates: {
    'src/clients/storefront/documents/graphql.ts': {
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        documentMode: 'string',
        useTypeImports: true,
        scalars: { DateTime: 'string', JSON: 'Record<string, unknown>', SafeInt: 'number' },
      },
      hooks: {
        beforeOneFileWrite: (_path, content) =>
          content.replace(decoration.imported, decoration.written),
      },
    },
  },
};

/** The same, and the schema printed from the code. */
const config: CodegenConfig = {
  ...documents,
  hooks: {
    // `silent` keeps even the reason of a failure to itself.
    onError: (reason) => {
      process.stderr.write(`${reason}\n`);
    },
    beforeDone: async () => {
      await writeFile('schema/schema.graphql', callerSdl());
      await writeFile('schema/subgraph.graphql', subgraphSdl());
    },
  },
};

export default config;
