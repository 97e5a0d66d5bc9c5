import { createServer, type Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { type ConnectionTimes, watchConnections } from '../http/connection-clock.ts';
import { fileLimitAdvice } from '../http/file-limit.ts';
import type { Log } from '../logging/log.ts';
import type { App } from './app.ts';
import { answerClientErrors } from './http/refuse-connection.ts';

export interface Listening {
  /** With the port that was really taken. */
  readonly url: string;
  /**
   * Fails readiness at once, and stops accepting when the system's backlog is empty. Resolves when
   * every request in flight is answered, or after `drainMs`, when the rest is aborted. A second call
   * waits for the first.
   */
  close(): Promise<void>;
}

interface ListenOptions
  extends Pick<Config['server'], 'host' | 'port' | 'drainMs' | 'requestTimeoutMs' | 'connections'> {
  /** Default: none. */
  readonly corsOrigins?: Config['server']['corsOrigins'];
  readonly log: Log;
  /** Default 500: how long after `close` a connection without a request may still bring one. */
  readonly lingerMs?: number;
  /**
   * For a worker, whose primary accepts connections. Resolves when the primary has accepted those that
   * waited, and this worker has received its share.
   */
  readonly acceptPending?: () => Promise<void>;
}

const defaultLingerMs = 500;
const headersTimeoutMs = 5_000;
/** For the head of a request that begins at the end of keep-alive. */
const lateHeadMs = 4_000;
/** How often Node checks for late heads. */
const checkMs = 1_000;
/**
 * Room for the longest token that Okta issues, and for cookies. 5,000 callers who send half of such a
 * head hold some 240 MB for as long as a head may take.
 */
const maxHeadBytes = 48 * 1024;

/** @throws Error that names the variable to change, where the address cannot be had */
export async function listen(app: App, config: ListenOptions): Promise<Listening> {
  const {
    drainMs,
    lingerMs = defaultLingerMs,
    acceptPending = async () => {},
    connections,
  } = config;
  const server = createServer(
    {
      // Against slow senders; node:http checks only every 30 s by default.
      headersTimeout: headersTimeoutMs,
      // For head and body together. The app limits the body by itself.
      requestTimeout: headersTimeoutMs + config.requestTimeoutMs,
      connectionsCheckingInterval: checkMs,
      keepAliveTimeout: connections.keepAliveSeconds * 1_000,
      maxHeaderSize: maxHeadBytes,
      // The app refuses such requests: node's own answer may be cached.
      requireHostHeader: false,
    },
    (request, response) => {
      // The rest of a refused request may still arrive, such as a slow head.
      if (request.socket.writableEnded || request.socket.destroyed) return;
      app.handle(request, response, { keepOpen: () => clock.keepOpen(request.socket) });
    },
  );
  server.maxConnections = connections.max;
  const clock = watchConnections(server, timesOf(config));
  answerClientErrors(server, { clock, corsOrigins: config.corsOrigins ?? [] });
  // Node remembers the address from here on. After a reset it could no longer be read, and requests
  // without an address would pass every limit.
  server.on('connection', (socket) => {
    if (socket.remoteAddress === undefined) socket.destroy();
  });
  await bind(server, config);
  logAcceptFailures(server, config.log);
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(server, config.host),
    close() {
      closed ??= drain(server, app, { drainMs, lingerMs, acceptPending });
      return closed;
    },
  };
}

function bind(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(explain(error, host, port));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

/**
 * A connection that cannot be accepted, for example for want of file descriptors (EMFILE), is an error
 * event of the server, which would end the process without a listener. Logged once, since a rush has
 * thousands of them.
 */
function logAcceptFailures(server: Server, log: Log): void {
  server.once('error', (error: NodeJS.ErrnoException) => {
    const advice = fileLimitAdvice(error) ?? '';
    const msg = `A connection could not be accepted (logged once). ${advice}`.trimEnd();
    log.error({ event: 'accept_failed', code: error.code }, msg);
  });
  server.on('error', () => undefined);
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
    default: {
      const advice = fileLimitAdvice(error);
      return advice === null ? error : new Error(advice);
    }
  }
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // Of all addresses the one by which this machine reaches it.
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * The body and the work of a request each have the time limit, and pauses of its caller come on top.
 */
export function timesOf({
  requestTimeoutMs,
  connections,
}: Pick<ListenOptions, 'requestTimeoutMs' | 'connections'>): ConnectionTimes {
  return {
    // Node's answer to a late head comes first.
    firstHeadMs: headersTimeoutMs + 2 * checkMs,
    nextHeadMs: connections.keepAliveSeconds * 1_000 + lateHeadMs,
    exchangeMs: 2 * requestTimeoutMs + 5_000,
  };
}

async function drain(
  server: Server,
  app: App,
  {
    drainMs,
    lingerMs,
    acceptPending,
  }: Pick<Required<ListenOptions>, 'drainMs' | 'lingerMs' | 'acceptPending'>,
): Promise<void> {
  app.drain();
  const deadline = setTimeout(() => server.closeAllConnections(), drainMs);
  await acceptBacklog(server, { acceptPending, pauseMs: lingerMs / 50, longestMs: drainMs / 2 });
  // Not node:http's own close, which closes idle connections at once: a request may be on its way
  // on one, and be lost. It is answered, and closes the connection, as every answer does from now on.
  const finished = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  const linger = setTimeout(() => server.closeIdleConnections(), Math.min(lingerMs, drainMs));
  await finished;
  clearTimeout(linger);
  clearTimeout(deadline);
  // Stops Node's own timer for slow requests.
  server.close();
}

/** Checks in a row without a new connection. */
const emptyChecks = 5;

/**
 * Node accepts one connection per turn of its loop, so after a rush many still wait in the backlog of the
 * system. Their callers have sent their requests already, and would get a reset.
 */
async function acceptBacklog(
  server: Server,
  how: {
    readonly acceptPending: () => Promise<void>;
    readonly pauseMs: number;
    readonly longestMs: number;
  },
): Promise<void> {
  const endsAt = performance.now() + how.longestMs;
  const end = wait(how.longestMs, undefined, { ref: false });
  let looks = 0;
  const onConnection = () => {
    looks = 0;
  };
  server.on('connection', onConnection);
  while (looks < emptyChecks && performance.now() < endsAt) {
    looks += 1;
    await wait(how.pauseMs);
    // A process that is blocked or gone makes no connection.
    await Promise.race([how.acceptPending().catch(() => undefined), end]);
  }
  server.off('connection', onConnection);
}
