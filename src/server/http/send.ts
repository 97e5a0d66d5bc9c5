import type { ServerResponse } from 'node:http';
import type { HttpResponse } from './http-error.ts';

interface SendOptions {
  readonly requestId: string;
  /** For pages of configured origins. */
  readonly cors: HttpResponse['headers'];
  /** Of the account events that the answer takes into account; null: not said. */
  readonly position: string | null;
  /** The connection is closed after it. */
  readonly isLast: boolean;
}

export function send(
  response: ServerResponse,
  { status, headers, body, stream }: HttpResponse,
  { requestId, cors, position, isLast }: SendOptions,
): void {
  const all: Record<string, string | number> = {
    // Answers hold tokens and personal data, so nothing on the way may keep one (RFC 6749 section 5.1).
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
  };
  if (isLast) all['Connection'] = 'close';
  if (position !== null) all['Events-Position'] = position;
  // Not by spread, which takes longer than to send them.
  Object.assign(all, cors, headers);
  if (stream !== undefined) {
    response.writeHead(status, all);
    // At once: a proxy waits for the head, and may give up before the first event.
    response.flushHeaders();
    stream(response);
    return;
  }
  // RFC 9110 section 8.6: an answer without content has no length either.
  if (status !== 204) all['Content-Length'] = Buffer.byteLength(body);
  response.writeHead(status, all).end(body);
}
