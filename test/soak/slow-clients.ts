import { connect } from 'node:net';

export interface SlowClients {
  /** Resolves when the server has closed all of them. */
  readonly closed: Promise<unknown>;
  /** From its start to its end, of the one that was open longest. */
  longestMs(): number;
}

/** One byte a second of a header, one byte a second of a body, and not a byte: in turn. */
const beginnings = [
  'POST /graphql HTTP/1.1\r\nHost: soak\r\nX-Slow: ',
  'POST /graphql HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n',
  '',
];

export function startSlowClients(port: number, count: number): SlowClients {
  let longest = 0;
  const closed = Promise.all(
    Array.from({ length: count }, (_, index) => {
      const beginning = beginnings[index % beginnings.length] ?? '';
      return slowly(port, beginning).then((ms) => {
        longest = Math.max(longest, ms);
      });
    }),
  );
  return { closed, longestMs: () => longest };
}

function slowly(port: number, beginning: string): Promise<number> {
  const begun = performance.now();
  const socket = connect(port, '127.0.0.1', () => socket.write(beginning));
  const drip = setInterval(() => beginning !== '' && socket.writable && socket.write('x'), 1_000);
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.resume().once('close', () => {
      clearInterval(drip);
      resolve(performance.now() - begun);
    });
  });
}
