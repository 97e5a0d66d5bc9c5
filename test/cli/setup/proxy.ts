import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingProxy {
  readonly url: string;
  /** Requests that change something, such as `POST /api/v1/apps`. */
  readonly writes: readonly string[];
  readonly reads: readonly string[];
  /** Answers in the place of the org; null passes the request on. */
  intercept: (request: {
    readonly method: string;
    readonly path: string;
    /** Counted from 1; 0 for a read. */
    readonly write: number;
  }) => { readonly status: number; readonly body: unknown } | null;
  close(): void;
}

/** Stands before an org, and counts what is asked of it. */
export async function startProxy(target: string): Promise<CountingProxy> {
  const writes: string[] = [];
  const reads: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const path = url.replace(/\?.*/, '');
    const isRead = method === 'GET';
    (isRead ? reads : writes).push(`${method} ${path}`);
    const own = proxy.intercept({ method, path, write: isRead ? 0 : writes.length });
    if (own !== null) {
      response.writeHead(own.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(own.body));
      return;
    }
    const { authorization = '', 'content-type': type = 'application/json' } = headers;
    const answer = await fetch(target + url, {
      method,
      headers: { authorization, 'content-type': type, accept: 'application/json' },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    const link = answer.headers.get('link');
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'application/json',
      ...(link !== null && { link }),
    });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: CountingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    reads,
    intercept: () => null,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return proxy;
}
