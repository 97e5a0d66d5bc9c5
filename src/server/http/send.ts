import type { ServerResponse } from 'node:http';
import type { HttpResponse } from './http-error.ts';

interface SendOptions {
  readonly requestId: string;
  /** For pages of configured origins. */
  readonly cors: HttpResponse['headers'];
  /** The connection is closed after it. */
  readonly isLast: boolean;
}

export function send(
  response: ServerResponse,
  { status, headers, body }: HttpResponse,
  { requestId, cors, isLast }: SendOptions,
): void {
  const all: Record<string, string | number> = {
    // Answers hold tokens and personal data, so nothing on the way may keep one (RFC 6749 section 5.1).
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
  };
  if (isLast) all['Connection'] = 'close';
  // Not by spread, which takes longer than to send them.
  Object.assign(all, cors, headers);
  // RFC 9110 section 8.6: an answer without content has no length either.
  if (status !== 204) all['Content-Length'] = Buffer.byteLength(body);
  response.writeHead(status, all).end(body);
}
