import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, cli } from '../support/built.ts';
import { flood, kinds } from '../support/document-flood.ts';
import { type SpawnedApi, spawnApi } from '../support/program.ts';

const ofEachKind = 500;
const heapMb = 128;

/** One for every half of the kinds, so that two cores share the work. */
let processes: SpawnedApi[] = [];

beforeAll(async () => {
  await build();
  processes = [0, 1].map(() =>
    spawnApi({
      args: [`--max-old-space-size=${heapMb}`, cli],
      env: { PORT: '0', EMBEDDED_OKTA_PORT: '0', METRICS_PORT: '0', LOG_LEVEL: 'error' },
      cwd: mkdtempSync(join(tmpdir(), 'account-api-')),
    }),
  );
  await Promise.all(processes.map(({ url }) => url(30_000)));
}, 60_000);
afterAll(() => {
  for (const { child } of processes) child.kill('SIGKILL');
});

test('500 new documents of each kind leave a process with a heap of 128 MB serving', {
  timeout: 300_000,
}, async ({ annotate }) => {
  await Promise.all(
    processes.map(async (api, half) => {
      const own = Object.entries(kinds).filter((_, index) => index % processes.length === half);
      const url = await api.url();
      const before = residentMb(api);
      for (const [kind, document] of own) {
        const statuses = await flood(url, { document, from: 0, count: ofEachKind });
        expect(statuses, kind).toEqual({ 200: ofEachKind });
      }
      expect((await fetch(new URL('/live', url))).status).toBe(200);
      const grownMb = residentMb(api) - before;
      await annotate(`RSS ${before} MB, and ${grownMb} MB more after ${own.length} kinds`);
      // What V8 lets the heap grow by before it collects; all that was sent would take 0.25 GB.
      expect(grownMb).toBeLessThan(heapMb);
    }),
  );
});

const json = 'Host: a\r\nContent-Type: application/json\r\n';

test.each([
  [
    'bodies in pieces of a byte',
    `POST /graphql HTTP/1.1\r\n${json}Transfer-Encoding: chunked\r\n\r\n${'1\r\n \r\n'.repeat(60_000)}`,
  ],
  [
    'such bodies that are not read',
    `GET /ready HTTP/1.1\r\n${json}Transfer-Encoding: chunked\r\n\r\n${'1\r\n \r\n'.repeat(60_000)}`,
  ],
  ['requests that do not wait for answers', 'GET /live HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10_000)],
  [
    'documents that do not wait for answers',
    `POST /graphql HTTP/1.1\r\n${json}Content-Length: 24\r\n\r\n{"query":"{__typename}"}`.repeat(
      4_000,
    ),
  ],
])('20 connections with %s leave it serving', { timeout: 60_000 }, async (_kind, bytes) => {
  const [api] = processes;
  const url = new URL((await api?.url()) ?? '');
  const sockets = Array.from({ length: 20 }, () => {
    const socket = connect(Number(url.port), url.hostname);
    socket.on('error', () => undefined);
    socket.resume().write(bytes);
    return socket;
  });
  const startedAt = performance.now();
  expect((await fetch(new URL('/live', url))).status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  for (const socket of sockets) socket.destroy();
});

function residentMb({ child }: SpawnedApi): number {
  const kib = execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)]);
  return Math.round(Number(kib) / 1024);
}
