import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { listenLocally } from '../../support/local-url.ts';

export interface RawServer {
  readonly url: string;
  /** Requests so far. */
  requests(): number;
  /** Requests without an answer so far. */
  inFlight(): number;
  /** The highest number of requests that were open at a time. */
  mostInFlight(): number;
  openSockets(): number;
  /** The highest number of sockets that were open at a time. */
  mostSockets(): number;
}

/** An HTTP server for answers that no Okta gives; closed at the end of the test. */
export async function startRawServer(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const seen = { requests: 0, inFlight: 0, mostInFlight: 0, mostSockets: 0 };
  const server = createServer((request, response) => {
    seen.requests += 1;
    seen.inFlight += 1;
    seen.mostInFlight = Math.max(seen.mostInFlight, seen.inFlight);
    response.on('close', () => {
      seen.inFlight -= 1;
    });
    request.resume();
    answer(response, request);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    seen.mostSockets = Math.max(seen.mostSockets, sockets.size);
    socket.on('close', () => sockets.delete(socket));
  });
  const url = await listenLocally(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url,
    requests: () => seen.requests,
    inFlight: () => seen.inFlight,
    mostInFlight: () => seen.mostInFlight,
    openSockets: () => sockets.size,
    mostSockets: () => seen.mostSockets,
  };
}
