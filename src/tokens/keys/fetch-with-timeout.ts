import type { FetchKeys, KeyAnswer } from './jwks.ts';

/** The longest wait for a caller when the endpoint hangs; twice that at the first load. */
const fetchTimeoutMs = 2_000;

/**
 * Settles at the deadline even if the fetch ignores its signal.
 * @param isFirst retries once after a timeout: every caller waits for the first keys, and a process
 * that has just started may itself be slow
 */
export async function fetchWithTimeout(fetchKeys: FetchKeys, isFirst: boolean): Promise<KeyAnswer> {
  try {
    return await withTimeout(fetchKeys);
  } catch (cause) {
    if (!isFirst || !isDeadline(cause)) throw cause;
    return withTimeout(fetchKeys);
  }
}

async function withTimeout(fetchKeys: FetchKeys): Promise<KeyAnswer> {
  const signal = AbortSignal.timeout(fetchTimeoutMs);
  const deadline = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([fetchKeys(signal), deadline]);
}

/** The reason of a signal from `AbortSignal.timeout`. */
function isDeadline(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'TimeoutError';
}
