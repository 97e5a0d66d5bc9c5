import * as h3 from 'h3';
import type { Sessions } from '../session/create-session.ts';
import type { WriteCookies } from '../session/exchange.ts';
import type { Session } from '../session/session.ts';
import { WritableSession } from '../session/writable-session.ts';

/**
 * For Nuxt (`server/middleware`) and h3 1 and 2: opens the session of each request for `accountOf`. An
 * inner call of Nuxt (`useFetch('/api/…')` while it renders) has no socket and loses its Set-Cookie:
 * its session is read only.
 */
export function defineAccountMiddleware(sessions: Sessions) {
  return h3.defineEventHandler(async (event) => {
    if (event.context['account'] !== undefined) return;
    const write: WriteCookies = (lines, more) => {
      for (const line of lines) h3.appendResponseHeader(event, 'set-cookie', line);
      h3.setResponseHeader(event, 'cache-control', more['cache-control']);
      h3.appendResponseHeader(event, 'vary', more.vary);
    };
    const { headers, req } = event;
    const address = h3.getRequestIP(event);
    const exchange = { headers, method: req.method, url: h3.getRequestURL(event), address };
    event.context['account'] = await sessions.open(address ? { ...exchange, write } : exchange);
  });
}

/** The session of the request. */
export function accountOf({ context }: Pick<h3.H3Event, 'context'>): Session {
  return context['account'] as Session;
}

/** The same where cookies can be set. @throws Error in an inner call of Nuxt */
export function writableAccountOf({ context }: Pick<h3.H3Event, 'context'>): WritableSession {
  const { account } = context;
  if (account instanceof WritableSession) return account;
  throw new Error('An inner call cannot set cookies: call this route from the browser.');
}
