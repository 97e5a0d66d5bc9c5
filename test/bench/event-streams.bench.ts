import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { createLocalBus } from '../../src/events/bus.ts';
import { createEventLog } from '../../src/events/event-log.ts';
import { securityEventOf } from '../../src/events/security-event-token.ts';
import { createEventStreams, streamBounds } from '../../src/server/events/streams.ts';
import { closeNow, listenLocally } from '../support/local-url.ts';

const readers = 1_000;
const rounds = 200;
const readersScript = fileURLToPath(new URL('event-streams/readers.mjs', import.meta.url));
const answer = z.object({ kind: z.string(), lastAt: z.number().optional() });

test('an event reaches the last of 1,000 readers within a second (p99)', async () => {
  const { bus, url, server } = await start();
  const rssBefore = process.memoryUsage().rss;
  const child = fork(readersScript, [new URL(url).port, `${readers}`]);
  await replyOf(child);
  const rss = process.memoryUsage().rss - rssBefore;

  const beats = 5;
  const idle = await cpuOf(() => wait(beats * streamBounds.heartbeatMs));
  const times: number[] = [];
  const busy = await cpuOf(async () => {
    for (let round = 1; round <= rounds; round += 1) {
      const at = performance.timeOrigin + performance.now();
      const id = randomUUID();
      await bus.publish([{ id, at: Date.now(), kind: 'PROFILE_CHANGED', userId: '00u1' }]);
      child.send({ expected: round * readers });
      times.push(((await replyOf(child)).lastAt ?? Number.NaN) - at);
    }
  });
  child.kill();
  await closeNow(server);

  times.sort((one, other) => one - other);
  const [p50, p99] = [0.5, 0.99].map((part) => times[Math.floor(part * rounds)] ?? Number.NaN);
  const rows = [
    ['Event entered, to the last reader, p50', `${p50?.toFixed(1)} ms`],
    ['... p99', `${p99?.toFixed(1)} ms`],
    ['CPU of the server for one event to all', `${(busy / rounds).toFixed(1)} ms`],
    ['CPU of the server for one heartbeat to all', `${(idle / beats).toFixed(1)} ms`],
    ['Memory of one idle stream', `${(rss / readers / 1024).toFixed(1)} KiB`],
  ];
  const head = `| ${readers} readers of GET /events | Node ${process.versions.node} |\n| --- | --- |`;
  const table = rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n');
  process.stdout.write(`\n${head}\n${table}\n\n`);
  expect(p99).toBeLessThan(1_000);
});

async function start() {
  const bus = createLocalBus();
  const state = () => ({ reach: 'local', completeUntil: null }) as const;
  const streams = createEventStreams(
    {
      log: createEventLog(bus),
      state,
      describe: (event) => securityEventOf(event, 'https://org.example/oauth2/default'),
    },
    { ...streamBounds, maxStreamsPerService: readers },
  );
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const isAllowed = async () => true;
    streams.open(response, { service: 'backend', lastSeen: null, isAllowed });
  });
  return { bus, server, url: await listenLocally(server) };
}

async function replyOf(child: ChildProcess): Promise<z.infer<typeof answer>> {
  const [reply] = await once(child, 'message');
  return answer.parse(reply);
}

/** Milliseconds of this process. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
