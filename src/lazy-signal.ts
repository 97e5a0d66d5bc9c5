interface Source {
  readonly makeSignal: () => AbortSignal;
}

/** Shared: V8 keeps the getter of an object literal, and all that it reaches, to the next full collection. */
const lazily: object = Object.defineProperty({}, 'signal', {
  get(this: Source) {
    return this.makeSignal();
  },
});

/**
 * The fields and a `signal` that is made when somebody looks at it: an AbortSignal costs as much as
 * all else that a request in memory needs. It is not among the own properties, so a copy by spread has
 * to bring one of its own.
 */
export function withLazySignal<Fields extends object>(
  fields: Fields,
  makeSignal: () => AbortSignal,
): Fields & { readonly signal: AbortSignal } {
  return Object.assign(Object.create(lazily), fields, { makeSignal });
}
