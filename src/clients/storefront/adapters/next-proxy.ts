/// <reference path="./next-modules.d.ts" />
import { type NextRequest, NextResponse } from 'next/server.js';
import { collectCookies } from '../session/answer-cookies.ts';
import { withSetCookies } from '../session/cookies.ts';
import type { Sessions } from '../session/create-session.ts';
import { degradedHeader, urlOf } from '../session/exchange.ts';
import type { Session } from '../session/session.ts';

type Next = (request: NextRequest, session: Session) => Promise<Response | undefined>;

/**
 * For proxy.ts (middleware.ts before Next 16): refreshes what is due, for this render and the browser.
 * @param next an answer of your own, such as a redirect to the log-in; undefined: the page
 */
export function accountProxy(sessions: Sessions, next?: Next) {
  return async (request: NextRequest): Promise<Response> => {
    const { headers, method } = request;
    const set = collectCookies();
    // Behind a proxy of its own Next does not say in `nextUrl` what the browser asked for.
    const exchange = { headers, method, url: urlOf(headers) };
    // The render that follows redirect() in an action: Next drops its Set-Cookie.
    const isInner = headers.has('x-action-redirect');
    const session = await sessions.open(isInner ? exchange : { ...exchange, write: set.write });
    const own = await next?.(request, session);
    // After `next`, which may have renewed or ended the session.
    const seen = new Headers(headers);
    const cookie = withSetCookies(headers.get('cookie'), set.lines);
    if (cookie === null) seen.delete('cookie');
    else seen.set('cookie', cookie);
    // What renders next cannot refresh, so it cannot find out by itself.
    seen.delete(degradedHeader);
    if (session.state === 'degraded') seen.set(degradedHeader, String(session.reason));
    return set.onto(own ?? NextResponse.next({ request: { headers: seen } }));
  };
}
