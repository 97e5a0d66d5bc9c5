import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { build, cli } from '../support/built.ts';
import { spawnApi } from '../support/program.ts';

beforeAll(build, 60_000);

/** What the program says to the arguments, and how it ends. */
async function run(...args: string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'command-'));
  const program = spawnApi({ args: [cli, ...args], env: { PORT: 'not a port' }, cwd });
  const [out, err] = [program.child.stdout, program.child.stderr];
  let [stdout, stderr] = ['', ''];
  out.on('data', (chunk) => {
    stdout += chunk;
  });
  err.on('data', (chunk) => {
    stderr += chunk;
  });
  return { code: await program.exit, stdout, stderr };
}

test.each(['--help', '-h'])(
  '%s prints how the program is used, whatever the settings are',
  async (flag) => {
    const { code, stdout, stderr } = await run(flag);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: /);
    expect(stdout).toContain('okta-schema');
  },
);

test.each([
  ['an unknown command', ['doctor'], 'Unknown command: doctor'],
  ['an unknown flag', ['--verbose'], "'--verbose'"],
  ['a flag with a value it does not take', ['--help=me'], 'does not take an argument'],
  ['a second argument', ['okta-schema', 'now'], 'Unexpected argument: now'],
  ['the argument of a worker', ['worker'], 'Unknown command: worker'],
])('%s ends it with 64 and the usage, and nothing is served', async (_what, args, problem) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(stderr).toContain(problem);
  // Node's advice on arguments with a hyphen helps with none of our commands.
  expect(stderr).not.toContain('positional');
  expect(stderr).toContain('Usage: ');
});
