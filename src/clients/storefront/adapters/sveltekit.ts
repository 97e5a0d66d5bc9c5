import { collectCookies } from '../session/answer-cookies.ts';
import type { Sessions } from '../session/create-session.ts';

interface Event {
  readonly request: Request;
  readonly url: URL;
  readonly locals: object;
  getClientAddress(): string;
}

/**
 * For `handle` in hooks.server: `event.locals.account` is the session in each load function, action and
 * endpoint. Declare it: `interface Locals { account: WritableSession }`. No hook runs for a prerendered
 * page: do not prerender what depends on the session.
 */
export function accountHandle(sessions: Sessions) {
  return async <RequestEvent extends Event>({
    event,
    resolve,
  }: {
    event: RequestEvent;
    resolve: (event: RequestEvent) => Response | Promise<Response>;
  }): Promise<Response> => {
    const cookies = collectCookies();
    const account = await sessions.open({
      headers: event.request.headers,
      method: event.request.method,
      url: event.url,
      write: cookies.write,
      // Asked for with trustedHops: 0 alone; it throws while pages are prerendered.
      get address() {
        return event.getClientAddress();
      },
    });
    Object.assign(event.locals, { account });
    return cookies.onto(await resolve(event));
  };
}
