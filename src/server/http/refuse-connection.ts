import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionClock } from '../../http/connection-clock.ts';
import { corsHeaders } from './cors.ts';

/**
 * Answers heads that never became a request: malformed, too large or too slow. Node's own answers may be
 * cached, and do not close the connection of a caller that keeps it open.
 */
export function answerClientErrors(
  server: Server,
  {
    clock,
    corsOrigins,
  }: { readonly clock: ConnectionClock; readonly corsOrigins: readonly string[] },
): void {
  server.on('clientError', (error: ClientError, socket: Socket) => {
    // More bytes after a malformed head are an error each time, while the answer is being sent.
    if (socket.writableEnded && error.code !== 'ECONNRESET') return;
    // Parts of an answer may be sent already; this answer would be read as its body.
    const isAnswering = clock.isBusy(socket) && socket.bytesWritten > 0;
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) {
      socket.destroy();
      return;
    }
    socket.end(responseTo(error, corsOrigins));
    clock.closeSoon(socket);
  });
  server.on('checkExpectation', refuseExpectation);
}

interface ClientError extends NodeJS.ErrnoException {
  /** The bytes that were read last. */
  readonly rawPacket?: Buffer;
}

function responseTo(error: ClientError, corsOrigins: readonly string[]): string {
  const status = statusOf(error);
  const headers = {
    'Cache-Control': 'no-store',
    Connection: 'close',
    'Content-Length': '0',
    ...(status === 431 && corsHeadersFor(error, corsOrigins)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n');
}

function statusOf({ code }: ClientError): number {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 431;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    default:
      return 400;
  }
}

/**
 * Without this a page cannot distinguish a head that is too large from a network failure. The origin
 * may be in bytes that Node has dropped or that have not arrived; then any page may read this answer, which
 * is empty.
 */
function corsHeadersFor(
  { rawPacket }: ClientError,
  corsOrigins: readonly string[],
): Readonly<Record<string, string>> {
  const [, origin] = /\r\norigin: *(\S+)\r\n/i.exec(rawPacket?.toString('latin1') ?? '') ?? [];
  if (origin !== undefined || corsOrigins.length === 0) return corsHeaders(origin, corsOrigins);
  return { 'Access-Control-Allow-Origin': '*' };
}

/** RFC 9110 section 10.1.1: 100-continue is the only expectation. */
function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(417, { 'Cache-Control': 'no-store', Connection: 'close' }).end();
}
