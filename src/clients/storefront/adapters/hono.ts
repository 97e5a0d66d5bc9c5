import type { Context, MiddlewareHandler } from 'hono';
import { collectCookies } from '../session/answer-cookies.ts';
import type { Sessions } from '../session/create-session.ts';
import type { WritableSession } from '../session/writable-session.ts';

export interface AccountVariables {
  readonly account: WritableSession;
}

/**
 * Opens the session of each request as `c.var.account`. Its cookies go onto the answer of the handler,
 * whatever that is.
 * @param addressOf the socket's, for `trustedHops: 0`: `(c) => getConnInfo(c).remote.address`
 */
export function account(
  sessions: Sessions,
  addressOf?: (context: Context) => string | undefined,
): MiddlewareHandler<{ Variables: AccountVariables }> {
  return async (context, next) => {
    const cookies = collectCookies();
    const { raw: request } = context.req;
    const session = await sessions.open({
      headers: request.headers,
      method: request.method,
      url: new URL(request.url),
      address: addressOf?.(context),
      write: cookies.write,
    });
    context.set('account', session);
    await next();
    context.res = cookies.onto(context.res);
  };
}
