/** Waits for work until the signal fires; the work itself goes on. @throws the reason of the signal */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // A signal of its own: Node warns when more than ten calls of one request listen to theirs.
  const aborted = AbortSignal.any([signal]);
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (aborted.aborted) giveUp();
    aborted.addEventListener('abort', giveUp);
    // Node keeps such a signal for as long as someone listens, and with it what the work came to.
    void work.then(resolve, reject).then(() => aborted.removeEventListener('abort', giveUp));
  });
}
