/** So many at a time; the others wait in line. */
export interface Slots {
  /** Resolves to what gives the slot to the next in line. @throws the signal's reason */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createSlots(limit: number): Slots {
  /** In the order in which they came. */
  const line = new Set<() => void>();
  let taken = 0;

  const give = (): void => {
    const [next] = line;
    if (next === undefined) taken -= 1;
    else next();
  };

  const waitInLine = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = () => {
        line.delete(next);
        reject(signal.reason);
      };
      const next = () => {
        line.delete(next);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      line.add(next);
      signal.addEventListener('abort', leave, { once: true });
    });

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (taken < limit) taken += 1;
      else await waitInLine(signal);
      return give;
    },
  };
}
