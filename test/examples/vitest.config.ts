import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  // See test/vitest.config.ts.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/examples/**/*.example.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/examples/packages.ts'],
    setupFiles: 'test/support/each-file.ts',
    testTimeout: 60_000,
    hookTimeout: 600_000,
  },
});
