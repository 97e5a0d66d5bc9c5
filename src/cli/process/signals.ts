import process from 'node:process';
import { fail } from './fail.ts';

/** Why the process ends: a signal, or its primary has asked it to. */
export type StopReason = 'SIGTERM' | 'SIGINT' | 'PRIMARY';

/**
 * Ctrl+C in a terminal reaches this process twice under `npm start`: from the terminal, and from npm,
 * which forwards it. Both are one.
 */
const sameKeyMs = 300;

/**
 * Ends the process at the first signal, when `stop` is done; at a second one, at once.
 * @returns begins to stop for another reason
 */
export function stopOnSignals(
  stop: (reason: StopReason) => Promise<void>,
): (reason: StopReason) => void {
  let stopping = false;
  let last: { readonly signal: StopReason; readonly at: number } | null = null;
  const begin = (reason: StopReason) => {
    if (stopping) return;
    stopping = true;
    // With the code of a crash, where there was one.
    stop(reason).then(() => process.exit(), fail);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      const at = performance.now();
      const isRepeat = last?.signal === signal && at - last.at < sameKeyMs;
      if (isRepeat) return;
      if (last !== null) process.exit(1);
      last = { signal, at };
      begin(signal);
    });
  }
  return begin;
}
