import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { startEmbeddedOkta } from '../../../src/embedded/start.ts';
import { lockSnapshot } from '../../../src/embedded/store/snapshot-lock.ts';

const inUse = (file: string) => `The snapshot file ${file} is in use by process`;

let folder: string;
let snapshotFile: string;
let lock: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-okta-'));
  snapshotFile = join(folder, 'org.json');
  lock = `${snapshotFile}.lock`;
});

afterEach(() => rm(folder, { recursive: true }));

async function startOther(): Promise<ChildProcess & { readonly pid: number }> {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(other, 'spawn');
  return other as ChildProcess & { pid: number };
}

async function end(other: ChildProcess): Promise<void> {
  other.kill('SIGKILL');
  await once(other, 'exit');
}

test('a second org on the file is refused until the first is closed', async () => {
  const first = await startEmbeddedOkta({ snapshotFile });
  await expect(startEmbeddedOkta({ snapshotFile })).rejects.toThrow(
    `${inUse(snapshotFile)} ${process.pid}`,
  );
  await first.close();
  expect(await readdir(folder)).toEqual(['org.json']);
  await (await startEmbeddedOkta({ snapshotFile })).close();
});

test('a lock holds as long as its process runs, and the error names the file to delete', async () => {
  const other = await startOther();
  await writeFile(lock, `${other.pid} 1`);
  const start = startEmbeddedOkta({ snapshotFile });
  await expect(start).rejects.toThrow(`${inUse(snapshotFile)} ${other.pid}`);
  await expect(start).rejects.toThrow(`delete ${lock}`);
  await end(other);
  await (await startEmbeddedOkta({ snapshotFile })).close();
  expect(await readdir(folder)).toEqual(['org.json']);
});

test('an earlier process of the same id, as in a container that was restarted, holds nothing', async () => {
  await writeFile(lock, `${process.pid} 1`);
  await (await startEmbeddedOkta({ snapshotFile })).close();
});

test('of several that start at once after a crash, one gets the file', async () => {
  const other = await startOther();
  await end(other);
  await writeFile(lock, `${other.pid} 1`);
  const starts = await Promise.allSettled(
    Array.from({ length: 5 }, () => startEmbeddedOkta({ snapshotFile })),
  );
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  expect(started).toHaveLength(1);
  expect(await readFile(lock, 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  await Promise.all(started.map((org: EmbeddedOkta) => org.close()));
  expect(await readdir(folder)).toEqual(['org.json']);
});

test('however often several find a lock stale at once, one of them gets it', async () => {
  const other = await startOther();
  await end(other);
  for (let round = 0; round < 20; round += 1) {
    await writeFile(lock, `${other.pid} 1`);
    const tries = await Promise.allSettled(
      Array.from({ length: 12 }, () => lockSnapshot(snapshotFile)),
    );
    const releases = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(releases).toHaveLength(1);
    await releases[0]?.();
    expect(await readdir(folder)).toEqual([]);
  }
});

test('what a crash has left of a start is reported, and not waited for', async () => {
  const other = await startOther();
  await end(other);
  await writeFile(lock, `${other.pid} 1`);
  await writeFile(`${lock}.turn`, '');
  await expect(lockSnapshot(snapshotFile)).rejects.toThrow(`${lock}.turn is left over. Delete it.`);
  await writeFile(`${lock}.turn`, `${other.pid} 1`);
  await (await lockSnapshot(snapshotFile))();
  expect(await readdir(folder)).toEqual([]);
});

test('a start that fails releases the file', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(startEmbeddedOkta({ snapshotFile, port })).rejects.toThrow('the port is taken');
  taken.close();
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that cannot be written is reported at the start', async () => {
  const file = join(folder, 'parent');
  await writeFile(file, 'a file where the folder would be');
  await expect(startEmbeddedOkta({ snapshotFile: join(file, 'org.json') })).rejects.toThrow(
    /^The snapshot file .+ cannot be written \((EEXIST|ENOTDIR)\)\.$/,
  );
});

test('nothing but the snapshot and its lock is left beside it', async () => {
  const org = await startEmbeddedOkta({ snapshotFile });
  await expect.poll(() => readdir(folder)).toEqual(['org.json', 'org.json.lock']);
  await org.close();
});
