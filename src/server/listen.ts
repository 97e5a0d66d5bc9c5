import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../config.ts';
import type { App } from './app.ts';

export interface Listening {
  /** With the port that was really taken. */
  readonly url: string;
  /**
   * Fails readiness and stops accepting at once; resolves when every request in flight is answered,
   * or after `drainMs`, when what is left is cut off. A second call waits for the same end.
   */
  close(): Promise<void>;
}

/** @throws Error that names the variable to change, where the address cannot be had */
export async function listen(
  app: App,
  config: Pick<Config['server'], 'host' | 'port' | 'drainMs'>,
): Promise<Listening> {
  const server = createServer(
    {
      // Against slow senders; node:http looks only every 30 s unless told otherwise.
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 5_000,
      maxHeaderSize: 16 * 1024,
      // The app refuses such requests: node's own answer may be cached.
      requireHostHeader: false,
    },
    app.handle,
  );
  server.on('clientError', refuseConnection);
  server.on('checkExpectation', refuseExpectation);
  await bind(server, config);
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(server, config.host),
    close() {
      closed ??= drain(server, app, config.drainMs);
      return closed;
    },
  };
}

function bind(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`Port ${port} is taken by another process. Set PORT to a free one.`);
    case 'EACCES':
      return new Error(
        `Port ${port} needs more rights than this process has. Set PORT above 1023.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`${host} is no address of this machine. Set HOST to one.`);
    default:
      return error;
  }
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function drain(server: Server, app: App, drainMs: number): Promise<void> {
  app.drain();
  // Also closes the connections that are idle; the others close with their answers.
  const finished = new Promise<void>((resolve) => server.close(() => resolve()));
  const deadline = setTimeout(() => server.closeAllConnections(), drainMs);
  await finished;
  clearTimeout(deadline);
}

/** What never became a request: malformed, too large or too slow. Node's own answer may be cached. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  const answered = socket.bytesWritten > 0;
  if (error.code === 'ECONNRESET' || !socket.writable || answered) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 431
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 408
        : 400;
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Cache-Control: no-store'];
  socket.end([...head, 'Connection: close', 'Content-Length: 0', '', ''].join('\r\n'));
}

/** RFC 9110 section 10.1.1: there is no expectation but 100-continue. Node's own answer may be cached. */
function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(417, { 'Cache-Control': 'no-store', Connection: 'close' }).end();
}
