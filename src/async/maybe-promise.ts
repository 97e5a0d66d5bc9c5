export type PromiseOrValue<Value> = Value | Promise<Value>;

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
