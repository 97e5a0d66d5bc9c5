import type { ServerResponse } from 'node:http';
import type { EventLog, LoggedEvent } from '../../events/event-log.ts';
import type { Position } from '../../events/position.ts';

/** Events of one write while a reader catches up: some 70 kB. */
const replayBatch = 200;

/** One open stream. */
export interface Reader {
  /** Sends what it has missed, if anything. */
  start(): void;
  /** Whether it gets what is sent to all. While it catches up it reads that from the log. */
  isLive(): boolean;
  /** Bytes that wait for the network or for the reader. */
  unsentBytes(): number;
  write(frames: Buffer): void;
  /** Writes a last frame and closes the connection. */
  end(frame: string): void;
  /** Closes the connection at once. */
  destroy(): void;
}

interface Options {
  readonly response: ServerResponse;
  readonly log: Pick<EventLog, 'after'>;
  /** Everything after it follows. */
  readonly resumeFrom: Position;
  readonly encode: (logged: LoggedEvent) => string;
  /** Called with the number of events that it has missed and gets now. */
  readonly onReplayed: (events: number) => void;
  /** Sends all readers what waits for the end of this turn of the event loop. */
  readonly flush: () => void;
}

/** Sends a reader what it has missed, no faster than it reads, and only then what happens. */
export function createReader(options: Options): Reader {
  const { response, log, resumeFrom, encode, onReplayed, flush } = options;
  let isLive = false;

  function catchUp(from: Position): void {
    if (response.destroyed || response.writableEnded) return;
    const events = log.after(from, replayBatch);
    if (events === null) {
      // It read so slowly that the log has dropped what it needs next.
      response.destroy();
      return;
    }
    const last = events.at(-1);
    if (last === undefined) {
      // Before it counts as live, so that it does not receive again what waits to be sent.
      flush();
      isLive = true;
      return;
    }
    onReplayed(events.length);
    const isRead = response.write(events.map(encode).join(''));
    if (isRead) catchUp(last.position);
    else response.once('drain', () => catchUp(last.position));
  }
  return {
    start: () => catchUp(resumeFrom),
    isLive: () => isLive && !response.writableEnded && !response.destroyed,
    unsentBytes: () => response.writableLength,
    write: (frames) => response.write(frames),
    end(frame) {
      const { socket } = response.req;
      response.end(frame, () => socket.end());
    },
    destroy: () => response.destroy(),
  };
}
