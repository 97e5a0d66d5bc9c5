import { parseCookies } from '../../../src/clients/storefront/session/cookies.ts';

/** What `next/headers` is for the adapter, without Next: see the alias in the configuration of Vitest. */
export interface NextRequestScope {
  readonly headers: Headers;
  /** What an action sets; null where Next allows none. */
  readonly set: ((name: string, value: string, options: { maxAge: number }) => unknown) | null;
}

let scope: NextRequestScope | null = null;
const changed = new Map<string, string>();

/** As the class of Next, which has a property of this name. */
class HeadersOfNext extends Headers {
  readonly headers = {};
}

/** As Next runs a component, an action or a route handler. */
export async function within<Result>(
  next: NextRequestScope,
  run: () => Promise<Result>,
): Promise<Result> {
  scope = next;
  changed.clear();
  return run().finally(() => {
    scope = null;
  });
}

export async function headers(): Promise<Headers> {
  if (scope === null) throw new Error('`headers` was called outside a request scope.');
  return new HeadersOfNext(scope.headers);
}

export async function cookies() {
  const { set, headers: sent } = scope ?? {};
  return {
    getAll() {
      const cookies = new Map([...parseCookies(sent?.get('cookie') ?? null), ...changed]);
      return [...cookies].map(([name, value]) => ({ name, value }));
    },
    set(...cookie: Parameters<NonNullable<NextRequestScope['set']>>) {
      if (!set)
        throw new Error('Cookies can only be modified in a Server Action or Route Handler.');
      set(...cookie);
      const [name, value, { maxAge }] = cookie;
      changed.set(name, maxAge === 0 ? '' : value);
    },
  };
}
