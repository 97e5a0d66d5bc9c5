export type PromiseOrValue<Value> = Value | Promise<Value>;

/**
 * `next` with the value, at once where nobody has to wait for it. What is in memory is answered in one
 * go then: a promise would make one of everything up to the answer.
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
