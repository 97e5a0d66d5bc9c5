import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './support/longest-first.ts';

const withOwnModules = [
  // It loads the schema with another schema/profile.json, which no other file may come to see.
  'test/features/profile-attributes.test.ts',
  // Its promises are many, and each takes twice as long where another file uses AsyncLocalStorage.
  'test/clients/backend/rule.test.ts',
  // Frameworks replace globals such as Request, which another one then takes for its own.
  'test/clients/storefront/adapters.test.ts',
  'test/clients/backend/adapters.test.ts',
];

const project = {
  root: fileURLToPath(new URL('..', import.meta.url)),
  // graphql ships an ESM and a CommonJS copy; vitest would load the first for our files and the
  // second for Yoga and Pothos, and every instanceof between them would fail.
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: 'graphql/index.js' },
      // Next is 370 MB. Its example runs the adapter in Next itself.
      {
        find: /^next\/(headers|server)\.js$/,
        replacement: fileURLToPath(new URL('clients/storefront/next-$1.ts', import.meta.url)),
      },
    ],
  },
};
const eachFile = {
  setupFiles: 'test/support/each-file.ts',
  testTimeout: 15_000,
  hookTimeout: 20_000,
};

export default defineConfig({
  ...project,
  test: {
    globalSetup: 'test/support/global-setup.ts',
    // More than cores: many tests wait for a clock or a process rather than compute.
    maxWorkers: 5,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...project,
        test: {
          ...eachFile,
          name: 'shared modules',
          include: ['test/**/*.test.ts'],
          exclude: withOwnModules,
          // Files share no state but the loaded modules, and loading those is a third of the time.
          isolate: false,
        },
      },
      { ...project, test: { ...eachFile, name: 'own modules', include: withOwnModules } },
    ],
  },
});
