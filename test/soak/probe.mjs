// Loaded into every process of the API by --import and --expose-gc: answers at a socket of its own what it measures.
import diagnostics from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

const resolutionMs = 5;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();

const sockets = { callers: 0, okta: 0 };
function count(channel, side) {
  diagnostics.subscribe(channel, ({ socket }) => {
    // The one by which it is asked has no port.
    if (side === 'callers' && socket.remotePort === undefined) return;
    sockets[side] += 1;
    socket.once('close', () => {
      sockets[side] -= 1;
    });
  });
}
count('net.server.socket', 'callers');
count('net.client.socket', 'okta');

// By whom a request was answered, to identify those of a killed worker.
diagnostics.subscribe('http.server.request.start', ({ response }) => {
  response.setHeader('X-Worker', String(process.pid));
});

const delayMs = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolutionMs);

function figures() {
  const told = {
    pid: process.pid,
    role: process.argv[2] === 'worker' ? 'worker' : 'primary',
    p99: delayMs(delay.percentile(99)),
    max: delayMs(delay.max),
    sockets,
  };
  // The collection itself blocks the loop, and does not count.
  delay.disable();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  delay.reset();
  delay.enable();
  return { ...told, live: heapUsed + external, rss };
}

createServer((_request, response) => response.end(JSON.stringify(figures())))
  .listen({ path: join(process.env.SOAK_DIR, `${process.pid}.sock`), exclusive: true })
  .unref();
