/** What `next/headers` is for the adapter, without Next: see the alias in the configuration of Vitest. */
export interface NextRequestScope {
  readonly headers: Headers;
  /** What an action sets; null where Next allows none. */
  readonly set: ((name: string, value: string, options: { maxAge: number }) => unknown) | null;
}

let scope: NextRequestScope | null = null;

/** As Next runs a component, an action or a route handler. */
export async function within<Result>(
  next: NextRequestScope,
  run: () => Promise<Result>,
): Promise<Result> {
  scope = next;
  return run().finally(() => {
    scope = null;
  });
}

export async function headers(): Promise<Headers> {
  if (scope === null) throw new Error('`headers` was called outside a request scope.');
  return scope.headers;
}

export async function cookies() {
  const set = scope?.set;
  return {
    set(...cookie: Parameters<NonNullable<NextRequestScope['set']>>) {
      if (!set)
        throw new Error('Cookies can only be modified in a Server Action or Route Handler.');
      set(...cookie);
    },
  };
}
