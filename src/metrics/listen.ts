import { createServer, type RequestListener, type Server } from 'node:http';
import { watchConnections } from '../http/connection-clock.ts';
import { readHead } from '../http/request-head.ts';
import { contentType } from './snapshots.ts';

export interface MetricsServer {
  /** That was really taken. */
  readonly port: number;
  close(): Promise<void>;
}

/** Prometheus needs one or two; each more is closed at once. */
const maxConnections = 20;

/** Prometheus keeps its connection open between scrapes where it can. */
const keepAliveMs = 5_000;
const headersTimeoutMs = 5_000;

/**
 * A server of its own, which callers need not reach: it has `/metrics` and nothing else.
 * @throws Error that names the variable to change, where the address cannot be had
 */
export async function listenForMetrics(
  { host, port }: { readonly host: string; readonly port: number },
  scrape: () => Promise<string>,
): Promise<MetricsServer> {
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: headersTimeoutMs,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: keepAliveMs,
    },
    answerWith(shared(scrape)),
  );
  server.maxConnections = maxConnections;
  watchConnections(server, {
    firstHeadMs: 7_000,
    nextHeadMs: keepAliveMs + 4_000,
    exchangeMs: 15_000,
  });
  await new Promise<void>((resolve, reject) => {
    // For good: a connection that cannot be accepted later on is an error too, and the next may be.
    server.on('error', ({ code }: NodeJS.ErrnoException) => {
      const problem = `Metrics cannot be served at ${host}:${port} (${code}).`;
      reject(new Error(`${problem} Set METRICS_HOST and METRICS_PORT.`));
    });
    server.listen(port, host, resolve);
  });
  return { port: portOf(server), close: () => closed(server) };
}

/** A scrape during another one gets the same figures. */
function shared(scrape: () => Promise<string>): () => Promise<string> {
  let running: Promise<string> | null = null;
  return () => {
    running ??= scrape().finally(() => {
      running = null;
    });
    return running;
  };
}

function answerWith(scrape: () => Promise<string>): RequestListener {
  const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
  return (request, response) => {
    const refuse = (status: number, more = {}) =>
      response.writeHead(status, { ...headers, ...more, 'Content-Length': 0 }).end();
    if (readHead(request) !== null) {
      refuse(400, { Connection: 'close' });
    } else if (request.url?.split('?', 1)[0] !== '/metrics') {
      refuse(404);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(405, { Allow: 'GET, HEAD' });
    } else {
      scrape().then(
        (text) => {
          const length = Buffer.byteLength(text);
          response
            .writeHead(200, { ...headers, 'Content-Type': contentType, 'Content-Length': length })
            .end(text);
        },
        () => refuse(500),
      );
    }
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A scrape that is lost is made up for by the next. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
