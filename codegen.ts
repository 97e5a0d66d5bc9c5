import { writeFile } from 'node:fs/promises';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { callerSdl, subgraphSdl } from './src/graphql/schema.ts';

/**
 * Prints the schema from the code, checks schema/operations against it and makes typed documents of
 * them for the tests.
 */
const config: CodegenConfig = {
  schema: callerSdl(),
  documents: 'schema/operations/*.graphql',
  silent: true,
  generates: {
    'test/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        importExtension: '.ts',
        useTypeImports: true,
        scalars: { DateTime: 'string', JSON: 'Record<string, unknown>', SafeInt: 'number' },
      },
    },
  },
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
