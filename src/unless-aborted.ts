/** Waits for work until the signal fires; the work itself goes on. @throws the reason of the signal */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // A signal of its own: Node warns when more than ten calls of one request listen to theirs.
  const aborted = AbortSignal.any([signal]);
  return new Promise((resolve, reject) => {
    if (aborted.aborted) reject(signal.reason);
    aborted.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
