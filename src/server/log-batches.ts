import type { DestinationStream } from 'pino';

interface Sink extends DestinationStream {
  flushSync(): void;
}

/**
 * One write for the lines of a turn of the event loop, since a write costs as much as making some lines.
 * What the last turn has left is for whoever ends the process to flush.
 * @param maxBytes of a write, where it has more than one line
 */
export function inBatches(sink: Sink, maxBytes: number): Sink {
  let lines = '';
  let bytes = 0;
  const write = () => {
    const batch = lines;
    lines = '';
    bytes = 0;
    if (batch !== '') sink.write(batch);
  };
  return {
    write(line) {
      const more = Buffer.byteLength(line);
      if (bytes + more > maxBytes) write();
      if (lines === '') setImmediate(write);
      lines += line;
      bytes += more;
    },
    flushSync() {
      write();
      sink.flushSync();
    },
  };
}
