import { type NextRequest, NextResponse } from 'next/server';
import { accountProxy } from 'okta-account-client/next';
import { sessions } from './account';

/** Renews the session where cookies can be set, and sends who is signed out away from the account. */
export function proxy(request: NextRequest): Promise<Response> {
  return accountProxy(sessions(), async ({ nextUrl }, { state }) =>
    nextUrl.pathname.startsWith('/account') && state === 'signedOut'
      ? NextResponse.redirect(new URL('/log-in', nextUrl))
      : undefined,
  )(request);
}

export const config = {
  matcher: [
    {
      source: '/((?!_next/static|_next/image|favicon.ico|icon.svg).*)',
      // A prefetch must renew nothing, and the proxy cannot see that a request is one.
      missing: [{ type: 'header', key: 'next-router-prefetch' }],
    },
  ],
};
