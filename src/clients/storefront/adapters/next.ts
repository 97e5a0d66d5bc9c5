/// <reference path="./next-modules.d.ts" />
import { cookies } from 'next/headers.js';
import { partsOf } from '../session/cookies.ts';
import type { Sessions } from '../session/create-session.ts';
import { urlOf } from '../session/exchange.ts';
import type { Session } from '../session/session.ts';
import type { WritableSession } from '../session/writable-session.ts';
import { sentHeaders } from './next-sent-headers.ts';

export { accountProxy } from './next-proxy.ts';

/** For components, which can read cookies and not set them. The page becomes dynamic. */
export async function readSession(sessions: Sessions): Promise<Session> {
  return sessions.get(await sentHeaders());
}

/**
 * For server actions and route handlers, which can set cookies.
 * @param method of the request; actions are always POST
 */
export async function actionSession(sessions: Sessions, method = 'POST'): Promise<WritableSession> {
  const [sent, store] = await Promise.all([sentHeaders(), cookies()]);
  return sessions.open({
    headers: sent,
    method,
    url: urlOf(sent),
    write(lines) {
      for (const { name, value, options } of lines.map(partsOf)) store.set(name, value, options);
    },
  });
}
