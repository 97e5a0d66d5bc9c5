import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, cli } from '../support/built.ts';
import { flood, kinds } from '../support/document-flood.ts';
import { type SpawnedApi, spawnApi } from '../support/program.ts';

const ofEachKind = 3_000;
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

test('3,000 new documents of each kind leave a process with a heap of 128 MB serving', {
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
      // What V8 lets the heap grow by before it collects; all that was sent would take 1.5 GB.
      expect(grownMb).toBeLessThan(heapMb);
    }),
  );
});

function residentMb({ child }: SpawnedApi): number {
  const kib = execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)]);
  return Math.round(Number(kib) / 1024);
}
