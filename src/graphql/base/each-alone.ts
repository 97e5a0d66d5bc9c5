import type { PromiseOrValue } from '../../async/maybe-promise.ts';

/**
 * What became of each of many: an Error is that of its place in the list alone.
 * @throws the first where there is nothing but errors, since one says as much as a thousand
 */
export async function eachAlone<Value>(
  values: readonly PromiseOrValue<Value>[],
): Promise<readonly (Value | Error)[]> {
  const settled = await Promise.allSettled(values);
  const [first] = settled;
  if (first?.status === 'rejected' && settled.every(({ status }) => status === 'rejected')) {
    throw first.reason;
  }
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : toError(one.reason)));
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('not an error', { cause: reason });
}
