import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Packs the packages once, for all examples. */
export function setup(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync(process.execPath, ['examples/pack.mjs'], { cwd: root, stdio: 'pipe' });
}
