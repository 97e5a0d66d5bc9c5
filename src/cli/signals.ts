import process from 'node:process';
import { fail } from './fail.ts';

/**
 * Ends the process when it is told to; told twice by signals, it has no more patience.
 * @returns tells it from inside
 */
export function stopOnSignals(stop: () => Promise<void>): () => void {
  let stopping = false;
  let signals = 0;
  const begin = () => {
    if (stopping) return;
    stopping = true;
    // With the code of a crash, where there was one.
    stop().then(() => process.exit(), fail);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      signals += 1;
      if (signals > 1) process.exit(1);
      begin();
    });
  }
  return begin;
}
