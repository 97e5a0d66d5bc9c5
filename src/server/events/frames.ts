/** What `GET /events` sends, as server-sent events (HTML Living Standard section 9.2). */

/** How far the stream reaches; see docs/events-for-caches.md. */
export type Reach = 'all' | 'local' | 'cut off';

/** What holds for the events up to a position. */
export interface StreamState {
  readonly reach: Reach;
  /**
   * NumericDate: all events at Okta until then were received. Null while the System Log is not read.
   */
  readonly completeUntil: number | null;
}

export interface Hello extends StreamState {
  readonly position: string;
  /** Everything after the `Last-Event-ID` of the request follows. False: drop everything. */
  readonly resumed: boolean;
  /** The oldest position that can be resumed from. */
  readonly keptFrom: string;
  readonly heartbeatSeconds: number;
}

/** Why the server ends a stream. A reader connects again, unless its credentials were refused. */
export type GoodbyeReason = 'draining' | 'credentials';

/** The first frame. @param retryMs how long an EventSource waits before it connects again */
export function helloFrame(hello: Hello, retryMs: number): string {
  return `retry: ${retryMs}\n${frame('hello', hello.position, hello)}`;
}

/**
 * Without a name, so that `onmessage` of any EventSource receives it.
 * @param position null: none yet, so the position of the reader stays
 */
export function eventFrame(position: string | null, claims: object): string {
  return frame(null, position, claims);
}

/** Events may be missing: a reader drops everything. */
export function gapFrame(position: string | null): string {
  return frame('gap', position, { reason: 'events_lost' });
}

export function heartbeatFrame(position: string, state: StreamState): string {
  return frame('heartbeat', position, state);
}

export function goodbyeFrame(reason: GoodbyeReason, retryMs: number): string {
  return `retry: ${retryMs}\n${frame('goodbye', null, { reason })}`;
}

/** JSON has no line break outside a text, and an escaped one inside. */
function frame(name: string | null, id: string | null, data: object): string {
  const event = name === null ? '' : `event: ${name}\n`;
  const position = id === null ? '' : `id: ${id}\n`;
  return `${event}${position}data: ${JSON.stringify(data)}\n\n`;
}
