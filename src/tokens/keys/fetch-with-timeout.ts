import type { FetchKeys, KeyAnswer } from './jwks.ts';

/** What a caller may have to wait, once, when the endpoint hangs; twice with the first load of all. */
const fetchTimeoutMs = 2_000;

/**
 * Settles at the deadline even if the fetch does not heed its signal.
 * @param isFirst every caller waits for the first keys, and a process that has just started may be the
 * slow one: what does not come in time is fetched once more
 */
export async function fetchInTime(fetchKeys: FetchKeys, isFirst: boolean): Promise<KeyAnswer> {
  try {
    return await withDeadline(fetchKeys);
  } catch (cause) {
    if (!isFirst || !isDeadline(cause)) throw cause;
    return withDeadline(fetchKeys);
  }
}

async function withDeadline(fetchKeys: FetchKeys): Promise<KeyAnswer> {
  const signal = AbortSignal.timeout(fetchTimeoutMs);
  const deadline = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([fetchKeys(signal), deadline]);
}

/** What a signal of `AbortSignal.timeout` gives as its reason. */
function isDeadline(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'TimeoutError';
}
