import { afterAll } from 'vitest';
import { startTiny } from './tiny.ts';

/** One server for production and one for development, for the tests of one file. */
export async function startBothModes() {
  const production = await startTiny();
  const development = await startTiny({ production: false });
  afterAll(async () => {
    await production.close();
    await development.close();
  });
  return { production, development };
}
