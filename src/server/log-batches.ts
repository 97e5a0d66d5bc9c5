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
  const write = () => {
    const batch = lines;
    lines = '';
    if (batch !== '') sink.write(batch);
  };
  return {
    write(line) {
      if (Buffer.byteLength(lines) + Buffer.byteLength(line) > maxBytes) write();
      if (lines === '') setImmediate(write);
      lines += line;
    },
    flushSync() {
      write();
      sink.flushSync();
    },
  };
}
