import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vi } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folderOf = (name: string) => `${root}examples/${name}`;
/** What npm says where the registry cannot be reached: no fault of the example. */
const offline = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED)\b/;

const run = async (args: readonly string[], cwd: string) => {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  await promisify(execFile)('npm', args, { cwd, env }).catch(({ stdout, stderr }) => {
    throw new Error(`npm ${args.join(' ')} in ${cwd}\n${stdout}${stderr}`);
  });
};

/**
 * Installs an example by its lock file, with the packages that are packed already, and builds it.
 * @returns false where the registry cannot be reached, which it also writes
 */
export async function buildExample(name: string): Promise<boolean> {
  const folder = folderOf(name);
  try {
    await run(['ci', '--no-audit', '--no-fund'], folder);
  } catch (error) {
    if (!offline.test(String(error))) throw error;
    process.stderr.write(`The example ${name} is not tested: npm cannot reach its registry.\n`);
    return false;
  }
  await run(['run', 'build'], folder);
  return true;
}

export interface RunningExample {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a program of an example in its folder.
 * @param ready what it prints when it listens, with its URL in the first group
 */
export async function startExample(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<RunningExample> {
  const child = spawn(process.execPath, args, {
    cwd: folderOf(name),
    env: { PATH: process.env['PATH'], NEXT_TELEMETRY_DISABLED: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const url = await vi.waitFor(
    () => {
      const [, found] = ready.exec(output) ?? [];
      if (found === undefined) throw new Error(`${name} is not up: ${output}`);
      return found;
    },
    { timeout: 60_000 },
  );
  return { url, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
