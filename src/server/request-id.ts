import { randomUUID } from 'node:crypto';

const acceptable = /^[\w.-]{8,64}$/;

/** The caller's own id where it is harmless in a log line and a header, a new one otherwise. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && acceptable.test(header) ? header : randomUUID();
}
