import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';

const defaultIdleMs = 30_000;

interface Address {
  readonly port: number;
  readonly host: string;
  /** How long a connection may be without a request in progress, whatever it sends; default 30 s. */
  readonly idleMs?: number;
}

/** @throws Error where the address cannot be had */
export function listen(
  listener: RequestListener,
  { port, host, idleMs = defaultIdleMs }: Address,
): Promise<Server> {
  const server = createServer(listener);
  closeStalled(server, idleMs);
  return new Promise((resolve, reject) => {
    // Stays on: a connection that cannot be accepted later is an error too, and must not end the
    // process.
    server.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is taken' : error.code;
      reject(new Error(`The embedded Okta org cannot listen on ${host}:${port}: ${reason}.`));
    });
    server.listen(port, host, () => resolve(server));
  });
}

/** node:http restarts its timeout after each byte, such as a line break between two requests. */
function closeStalled(server: Server, idleMs: number): void {
  const idleSince = new Map<Socket, number>();
  server.on('connection', (socket) => {
    idleSince.set(socket, performance.now());
    socket.once('close', () => idleSince.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    idleSince.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) idleSince.set(socket, performance.now());
    });
  });
  const timer = setInterval(() => {
    for (const [socket, since] of idleSince) {
      if (performance.now() - since > idleMs) socket.destroy();
    }
  }, idleMs / 6).unref();
  server.once('close', () => clearInterval(timer));
}
