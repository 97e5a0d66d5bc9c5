import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  // As in test/vitest.config.ts: one copy of graphql.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/bench/**/*.bench.ts'],
    setupFiles: 'test/support/each-file.ts',
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // One at a time, so that one measurement does not slow down another.
    fileParallelism: false,
  },
});
