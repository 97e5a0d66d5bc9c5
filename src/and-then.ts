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
