export type PromiseOrValue<Value> = Value | Promise<Value>;

/**
 * Calls `next` with the value, synchronously where it is not a promise. Answers from memory then need
 * no promise at all: one promise would make everything up to the answer asynchronous.
 */
export function andThen<Value, Result>(
  value: PromiseOrValue<Value>,
  next: (value: Value) => PromiseOrValue<Result>,
): PromiseOrValue<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** What `work` gives, or what `failed` makes of its failure, whether that is thrown or a rejection. */
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
