import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Time limits of the phases of a connection, in milliseconds. */
export interface ConnectionTimes {
  /** From its beginning to the end of its first request head. */
  readonly firstHeadMs: number;
  /** From an answer to the end of the next request head. */
  readonly nextHeadMs: number;
  /** From a request head to the end of its answer. */
  readonly exchangeMs: number;
}

/** How long a caller may leave an answer unread, in milliseconds. */
export const unreadMs = 8_000;
/** How long a caller may take to read the answer that ends its connection, in milliseconds. */
const lastAnswerMs = 1_000;
/**
 * Pipelined requests of all connections together, which came before the last answer on their connection.
 * Node reads up to 2 MB of a connection at a time, which is 60,000 requests.
 */
export const maxPipelined = 500;
const checkMs = 250;

interface Connection {
  /** Requests without an answer. */
  pending: number;
  /** When it will be destroyed, on the clock of `now`. */
  endsAt: number;
  /** Since when an answer is waiting to be read; null: none is. */
  unreadSince: number | null;
  isClosing: boolean;
}

export interface ConnectionClock {
  /** Destroys it within a second or so, whatever it still sends. */
  closeSoon(socket: Socket): void;
  /** Whether one of its requests is not answered yet. */
  isBusy(socket: Socket): boolean;
  /** For an answer that goes on: it may take any time, as long as the caller reads it. */
  keepOpen(socket: Socket): void;
  /** Destroys connections that are late. Runs every 250 ms. */
  check(): void;
}

/**
 * Destroys connections that make no progress, whatever they send. node:http restarts its own timeouts
 * with every byte, and does not count blank lines between requests (RFC 9112 section 2.2) as part of
 * a head.
 * Also destroys a connection that pipelines while `maxPipelined` requests wait. The rest of its
 * requests may still arrive, on a destroyed socket.
 * @param now milliseconds, on a clock that never goes back
 */
export function watchConnections(
  server: Server,
  times: ConnectionTimes,
  now = () => performance.now(),
): ConnectionClock {
  const connections = new Map<Socket, Connection>();
  const requests = countRequests(connections, times, now);

  server.on('connection', (socket) => {
    const endsAt = now() + times.firstHeadMs;
    const connection = { pending: 0, endsAt, unreadSince: null, isClosing: false };
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      requests.forget(connection);
    });
  });
  // Before the listener that answers: a request that is refused here must not reach it.
  server.prependListener('request', requests.begin);
  server.prependListener('checkExpectation', requests.begin);

  const check = () => {
    const at = now();
    for (const [socket, connection] of connections) {
      if (socket.writableLength === 0) connection.unreadSince = null;
      else connection.unreadSince ??= at;
      const isUnread = at - (connection.unreadSince ?? at) >= unreadMs;
      if (isUnread || at >= connection.endsAt) socket.destroy();
    }
  };
  const timer = setInterval(check, checkMs).unref();
  server.once('close', () => clearInterval(timer));

  return {
    check,
    isBusy: (socket) => (connections.get(socket)?.pending ?? 0) > 0,
    keepOpen(socket) {
      const connection = connections.get(socket);
      if (connection !== undefined) extend(connection, Number.POSITIVE_INFINITY);
    },
    closeSoon(socket) {
      const connection = connections.get(socket);
      if (connection === undefined || connection.isClosing) return;
      connection.isClosing = true;
      connection.endsAt = now() + lastAnswerMs;
    },
  };
}

/** Counts requests without an answer, and those that are pipelined, of all connections together. */
function countRequests(
  connections: ReadonlyMap<Socket, Connection>,
  times: ConnectionTimes,
  now: () => number,
) {
  let pipelined = 0;
  return {
    begin({ socket }: IncomingMessage, response: ServerResponse) {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      if (connection.pending > 0) {
        if (pipelined === maxPipelined) {
          if (!socket.destroyed) yieldTurn(connections.keys());
          socket.destroy();
          return;
        }
        pipelined += 1;
      }
      connection.pending += 1;
      extend(connection, now() + times.exchangeMs);
      response.once('close', () => {
        if (!connections.has(socket)) return;
        connection.pending -= 1;
        if (connection.pending > 0) pipelined -= 1;
        connection.unreadSince = null;
        if (connection.pending === 0) extend(connection, now() + times.nextHeadMs);
      });
    },
    /** For a closed connection: node:http reports the end of only the first of its answers. */
    forget({ pending }: Connection) {
      pipelined -= Math.max(0, pending - 1);
    },
  };
}

/**
 * Reads no other connection before the next turn. node:http makes up to 3,600 requests of what it has
 * read of a connection, even of a destroyed one, and drops them at the end of the turn: 6 MB, for each
 * connection that is read in one turn.
 */
function yieldTurn(sockets: Iterable<Socket>): void {
  const read = [...sockets].filter((socket) => !socket.isPaused());
  for (const socket of read) socket.pause();
  setImmediate(() => {
    for (const socket of read) socket.resume();
  });
}

/** The end of a closing connection does not move. */
function extend(connection: Connection, endsAt: number): void {
  if (!connection.isClosing) connection.endsAt = endsAt;
}
