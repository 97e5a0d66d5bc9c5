import type { DestinationStream } from 'pino';

interface Sink extends DestinationStream {
  flushSync(): void;
}

/** Long enough for hundreds of lines of a busy server, and too short for a reader to notice. */
const pauseMs = 10;

/**
 * Writes the lines of 10 ms at once, since a write costs as much as several lines. The process has to
 * flush the rest when it exits.
 * @param maxBytes of a write, where it has more than one line; null: as many as there are
 */
export function inBatches(sink: Sink, maxBytes: number | null): Sink {
  let lines = '';
  let bytes = 0;
  let isDue = false;
  const write = () => {
    const batch = lines;
    lines = '';
    bytes = 0;
    if (batch !== '') sink.write(batch);
  };
  return {
    write(line) {
      if (maxBytes !== null) {
        const more = Buffer.byteLength(line);
        if (bytes + more > maxBytes) write();
        bytes += more;
      }
      lines += line;
      if (isDue) return;
      isDue = true;
      setTimeout(() => {
        isDue = false;
        write();
      }, pauseMs);
    },
    flushSync() {
      write();
      sink.flushSync();
    },
  };
}
