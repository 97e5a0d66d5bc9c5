/** Waits for work until the signal fires; the work itself continues. @throws the reason of the signal */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // A derived signal, since Node warns when more than ten listeners are on one signal.
  const aborted = AbortSignal.any([signal]);
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (aborted.aborted) giveUp();
    aborted.addEventListener('abort', giveUp);
    // Remove the listener: Node keeps the signal, and with it the result, as long as one is there.
    void work.then(resolve, reject).then(() => aborted.removeEventListener('abort', giveUp));
  });
}
