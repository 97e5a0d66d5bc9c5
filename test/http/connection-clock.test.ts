import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { maxPipelined, unreadMs, watchConnections } from '../../src/http/connection-clock.ts';
import { listenLocally } from '../support/local-url.ts';

const times = { firstHeadMs: 7_000, nextHeadMs: 9_000, exchangeMs: 15_000 };
const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** A server whose clock stands still but for `pass`, and connections to it. */
async function connected(listener: RequestListener) {
  let now = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  const clock = watchConnections(server, times, () => now);
  const url = new URL(await listenLocally(server));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const another = async (): Promise<Socket> => {
    const socket = connect({ port: Number(url.port), host: url.hostname });
    socket.on('error', () => undefined);
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'connect');
    return socket;
  };
  const accepted = once(server, 'connection');
  const socket = await another();
  const [peer] = await accepted;
  const pass = (ms: number) => {
    now += ms;
    clock.check();
    return peer.destroyed;
  };
  return { socket, peer, clock, pass, another };
}

async function answered(socket: Socket): Promise<void> {
  socket.write(request);
  await once(socket, 'data');
}

test('a connection without a request has the time of its first head', async () => {
  const { socket, pass } = await connected(() => undefined);
  socket.write('\r\n');
  expect(pass(6_999)).toBe(false);
  expect(pass(1)).toBe(true);
});

test('an answer that goes on has no time limit, as long as it is read', async () => {
  const { socket, peer, clock, pass } = await connected((_, response) => response.write('first'));
  await answered(socket);
  expect(pass(14_999)).toBe(false);
  clock.keepOpen(peer);
  expect(pass(86_400_000)).toBe(false);
});

test('the time of the next head counts from the last answer, whatever comes meanwhile', async () => {
  const { socket, pass } = await connected((_, response) => response.end());
  pass(6_000);
  await answered(socket);
  expect(pass(8_000)).toBe(false);
  await answered(socket);
  expect(pass(8_999)).toBe(false);
  socket.write('\r\n');
  expect(pass(1)).toBe(true);
});

test('an exchange has its own time, from its last head on', async () => {
  const { socket, peer, pass, clock } = await connected(() => undefined);
  pass(6_000);
  socket.write(request);
  await expect.poll(() => clock.isBusy(peer)).toBe(true);
  expect(pass(14_999)).toBe(false);
  expect(pass(1)).toBe(true);
});

test('an answer that is not read ends its connection', async () => {
  const { socket, peer, pass } = await connected((_, response) => {
    response.end(Buffer.alloc(64 * 1024 * 1024));
  });
  socket.pause().write(request);
  await expect.poll(() => peer.writableLength).toBeGreaterThan(0);
  expect(pass(0)).toBe(false);
  expect(pass(unreadMs - 1)).toBe(false);
  expect(pass(1)).toBe(true);
});

test('a closing connection is destroyed after a second, whatever it still sends', async () => {
  const { socket, peer, pass, clock } = await connected((_, response) => response.end());
  clock.closeSoon(peer);
  await answered(socket);
  clock.closeSoon(peer);
  expect(pass(999)).toBe(false);
  expect(pass(1)).toBe(true);
});

test('so many requests are begun before the answers to those before them, over all connections', async () => {
  const begun: ServerResponse[] = [];
  const { socket, another } = await connected((request, response) => {
    if (!request.socket.destroyed) begun.push(response);
  });
  socket.resume().write(request.repeat(1 + maxPipelined));
  await expect.poll(() => begun.length).toBe(1 + maxPipelined);

  const alone = await another();
  alone.write(request);
  await expect.poll(() => begun.length).toBe(2 + maxPipelined);
  alone.write(request.repeat(3));
  await once(alone, 'close');
  expect(begun).toHaveLength(2 + maxPipelined);

  for (const response of begun) response.end();
  const later = await another();
  later.write(request.repeat(2));
  await expect.poll(() => begun.length).toBe(4 + maxPipelined);
});

test('a connection that ends counts no longer with what it has sent', async () => {
  let begun = 0;
  const { socket, peer, another } = await connected(() => {
    begun += 1;
  });
  socket.write(request.repeat(1 + maxPipelined));
  await expect.poll(() => begun).toBe(1 + maxPipelined);
  socket.destroy();
  await expect.poll(() => peer.destroyed).toBe(true);
  const next = await another();
  next.write(request.repeat(2));
  await expect.poll(() => begun).toBe(3 + maxPipelined);
});
