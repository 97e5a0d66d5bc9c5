import { createServer, type IncomingMessage } from 'node:http';
import { closeNow, listenLocally } from './local-url.ts';

/** What becomes of the JSON of an answer; undefined: it stays. */
export type Rewrite = (json: never, path: string) => unknown;

export interface RewritingProxy {
  readonly url: string;
  /** From now on; null: nothing is rewritten. */
  rewrite(rewrite: Rewrite | null): void;
  close(): Promise<void>;
}

/** Stands before an org and changes what it answers, as no fault of the org can. */
export async function startRewritingProxy(orgUrl: string): Promise<RewritingProxy> {
  let current: Rewrite | null = null;
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const { host, connection, 'content-length': length, ...headers } = request.headers;
    const answer = await fetch(`${orgUrl}${url}`, {
      method,
      headers: headers as Record<string, string>,
      redirect: 'manual',
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: await bodyOf(request) }),
    });
    const text = await answer.text();
    const {
      'content-encoding': _coding,
      'content-length': _length,
      ...kept
    } = Object.fromEntries(answer.headers);
    const isJson = (answer.headers.get('content-type') ?? '').includes('json') && text !== '';
    const changed = isJson
      ? current?.(JSON.parse(text) as never, url.split('?', 1)[0] ?? '')
      : undefined;
    response.writeHead(answer.status, kept);
    response.end(changed === undefined ? text : JSON.stringify(changed));
  });
  const url = await listenLocally(server);
  return {
    url,
    rewrite(rewrite) {
      current = rewrite;
    },
    close: () => closeNow(server),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
