import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';

const soon = { timeout: 12_000, interval: 20 };

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-okta-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An org that saves to `file`, and what it says of that. */
async function start(file: string) {
  const said: (string | null)[] = [];
  const okta = await startEmbeddedOkta({
    snapshotFile: file,
    onSaving: (failure) => said.push(failure),
  });
  await expect
    .poll(
      () =>
        stat(file).then(
          () => true,
          () => false,
        ),
      soon,
    )
    .toBe(true);
  return { okta, said };
}

function change(okta: EmbeddedOkta, status: 'ACTIVE' | 'SUSPENDED'): void {
  okta.setStatus(okta.seeded.customer.email, status);
}

test('a file that cannot be written is reported once, and so is its recovery', async () => {
  const folder = await newFolder();
  const away = `${folder}.away`;
  const { okta, said } = await start(join(folder, 'org.json'));
  await rename(folder, away);
  change(okta, 'SUSPENDED');
  await expect.poll(() => said, soon).toEqual(['ENOENT']);
  change(okta, 'ACTIVE');
  change(okta, 'SUSPENDED');
  await rename(away, folder);
  // By itself: nothing changes any more.
  await expect.poll(() => said, soon).toEqual(['ENOENT', null]);
  await okta.close();
  expect(said).toEqual(['ENOENT', null]);
});

/** A file system of 240 kB; only root may make one. */
function mountSmall(folder: string): boolean {
  const how = ['-t', 'tmpfs', '-o', 'size=240k', 'tmpfs', folder];
  if (spawnSync('mount', how).status !== 0) return false;
  onTestFinished(() => void spawnSync('umount', [folder]));
  return true;
}

test('a full disk is reported once as ENOSPC, the file stays whole, and it is saved when there is room', async ({
  skip,
}) => {
  const folder = await newFolder();
  if (!mountSmall(folder)) {
    process.stdout.write('Skipped where no file system can be mounted: a full disk.\n');
    skip();
  }
  const file = join(folder, 'org.json');
  const { okta, said } = await start(file);
  const filler = join(folder, 'filler');
  await writeFile(filler, Buffer.alloc(240 * 1024)).catch(() => undefined);
  change(okta, 'SUSPENDED');
  await expect.poll(() => said, soon).toEqual(['ENOSPC']);
  const before = await readFile(file, 'utf8');
  expect(() => JSON.parse(before)).not.toThrow();
  await rm(filler);
  await expect.poll(() => said, soon).toEqual(['ENOSPC', null]);
  await okta.close();
  expect(await readFile(file, 'utf8')).not.toBe(before);
});
