import type { Sessions } from '../session/create-session.ts';
import type { WritableSession } from '../session/writable-session.ts';

/** What Express 4 and 5 and Connect have in common. */
interface Incoming {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly socket: { readonly remoteAddress?: string | undefined };
}
interface Outgoing {
  appendHeader(name: string, value: string): unknown;
  setHeader(name: string, value: string): unknown;
}

/** Opens the session of each request as `req.account`. Set nothing once the answer has begun. */
export function account(sessions: Sessions) {
  return async (request: Incoming, response: Outgoing, next: (error?: unknown) => void) => {
    const headers = new Headers();
    for (const [name, values = []] of Object.entries(request.headers)) {
      for (const value of [values].flat()) headers.append(name, value);
    }
    const account: WritableSession = await sessions.open({
      headers,
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', `http://${headers.get('host') ?? 'localhost'}`),
      address: request.socket.remoteAddress,
      write(lines, more) {
        for (const line of lines) response.appendHeader('set-cookie', line);
        response.setHeader('cache-control', more['cache-control']);
        response.appendHeader('vary', more.vary);
      },
    });
    Object.assign(request, { account });
    next();
  };
}
