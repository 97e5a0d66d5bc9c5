import { collectCookies } from '../session/answer-cookies.ts';
import type { Sessions } from '../session/create-session.ts';
import type { WritableSession } from '../session/writable-session.ts';

/** What `createContext` of react-router makes. */
export const accountContext: { readonly defaultValue?: WritableSession } = {};

interface RouterArguments {
  readonly request: Request;
  readonly context: { set(key: typeof accountContext, value: WritableSession): void };
}

/**
 * For `middleware` of the root route: `context.get(accountContext)` is the session in each loader and
 * action. React Router knows no address of the socket: use `trustedHops` of 1 or more.
 */
export function accountMiddleware(sessions: Sessions) {
  return async (
    { request, context }: RouterArguments,
    next: () => Promise<Response>,
  ): Promise<Response> => {
    const cookies = collectCookies();
    const { headers, method, url } = request;
    const { write } = cookies;
    context.set(accountContext, await sessions.open({ headers, method, url: new URL(url), write }));
    return cookies.onto(await next());
  };
}
