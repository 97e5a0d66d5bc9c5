import { constants } from 'node:os';
import process from 'node:process';

/**
 * At Ctrl+C or SIGTERM calls `before`, and ends the program with the exit code that shells give it.
 * @returns stops to listen
 */
export function endOnInterruption(before: () => void): () => void {
  const end = (signal: NodeJS.Signals) => {
    before();
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
  };
}
