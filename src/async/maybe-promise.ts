export type PromiseOrValue<Value> = Value | Promise<Value>;

// `handleMaybePromise` of @whatwg-node/promise-helpers, which Yoga uses, does the same. With a value it
// takes 98 ns a call on Node 20, `andThen` 7 ns. A compiled `validateToken` makes 16 such calls: 1.5 of
// its 44 microseconds.

/**
 * Calls `next` with the value; synchronously if it is not a promise. This keeps cache hits synchronous:
 * one await would make every caller asynchronous.
 */
export function andThen<Value, Result>(
  value: PromiseOrValue<Value>,
  next: (value: Value) => PromiseOrValue<Result>,
): PromiseOrValue<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The result of `work`, or of `failed` when `work` throws or rejects. */
export function orElse<Value>(
  work: () => PromiseOrValue<Value>,
  failed: (error: unknown) => Value,
): PromiseOrValue<Value> {
  try {
    const value = work();
    return value instanceof Promise ? value.catch(failed) : value;
  } catch (error) {
    return failed(error);
  }
}
