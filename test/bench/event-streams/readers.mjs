// Readers of the stream, in a process of their own: their work is not that of the server.
import { connect } from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
/** How many events all readers have got together, and when the last one came. */
let received = 0;
let lastAt = 0;

const readers = Array.from(
  { length: count },
  () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('GET /events HTTP/1.1\r\nHost: bench\r\n\r\n'),
      );
      socket.on('error', reject);
      socket.on('data', (part) => {
        const text = part.toString('latin1');
        if (text.includes('event: hello')) resolve(undefined);
        received += text.split('"jti"').length - 1;
        lastAt = performance.timeOrigin + performance.now();
      });
    }),
);
await Promise.all(readers);
process.send({ kind: 'open' });
process.on('message', async ({ expected }) => {
  while (received < expected) await new Promise(setImmediate);
  process.send({ kind: 'received', lastAt });
});
