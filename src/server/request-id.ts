import type { IncomingHttpHeaders } from 'node:http';

const acceptable = /^[\w.-]{8,64}$/;

/** The caller's own id where it is harmless in a log line and a header, null otherwise. */
export function sentRequestId(headers: IncomingHttpHeaders): string | null {
  const sent = headers['x-request-id'];
  return typeof sent === 'string' && acceptable.test(sent) ? sent : null;
}
