import { asError } from '../../async/as-error.ts';
import type { PromiseOrValue } from '../../async/maybe-promise.ts';

/**
 * Settles each value by itself: an Error takes the place of a value that failed.
 * @throws the first error where all have failed, since a thousand of them say no more
 */
export async function settleEach<Value>(
  values: readonly PromiseOrValue<Value>[],
): Promise<readonly (Value | Error)[]> {
  const settled = await Promise.allSettled(values);
  const [first] = settled;
  if (first?.status === 'rejected' && settled.every(({ status }) => status === 'rejected')) {
    throw first.reason;
  }
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : asError(one.reason)));
}
