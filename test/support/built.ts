import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm start` runs. */
export const cli = join(root, 'dist/cli.js');

/** Where the test files of one run agree who builds. @param run the process that has started them */
const lockOf = (run: number) => join(tmpdir(), `okta-account-api-build-${run}`);

/** Before a run: what was built for an earlier one does not count. */
export function forgetBuild(): void {
  rmSync(lockOf(process.pid), { recursive: true, force: true });
}

/** Builds `dist` once in a run: a second build would pull it from under the processes of the first. */
export async function build(): Promise<void> {
  const lock = lockOf(process.ppid);
  const built = join(lock, 'built');
  try {
    mkdirSync(lock);
  } catch {
    while (!existsSync(built)) await wait(50);
    return;
  }
  try {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
  } finally {
    writeFileSync(built, '');
  }
}
