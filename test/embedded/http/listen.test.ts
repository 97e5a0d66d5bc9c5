import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../src/embedded/http/listen.ts';
import { send } from '../../server/tiny.ts';
import { closeNow } from '../../support/local-url.ts';

async function start(idleMs?: number) {
  const server = await listen((_, response) => response.end('here'), {
    ...{ port: 0, host: '127.0.0.1' },
    ...(idleMs !== undefined && { idleMs }),
  });
  onTestFinished(() => closeNow(server));
  const address = server.address();
  return { server, port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}

test('a connection that sends line breaks and no request is closed', async () => {
  const { port } = await start(600);
  const socket = connect(port, '127.0.0.1').resume();
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(socket, 'data');
  const drip = setInterval(() => socket.write('\r\n'), 100);
  await once(socket, 'close');
  clearInterval(drip);
});

test('connections that cannot be accepted end nothing', async () => {
  const { server, port } = await start();
  // As node:net does with what accept(2) fails with.
  for (let round = 0; round < 3; round += 1) {
    server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
  }
  const answer = await send(`http://127.0.0.1:${port}`, { method: 'GET', path: '/' });
  expect(answer.text).toBe('here');
});
