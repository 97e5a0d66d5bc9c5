import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { build, cli } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';

const folder = mkdtempSync(join(tmpdir(), 'terminal-log-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(build, 60_000);

/** script(1) of util-linux gives a program a terminal. */
const hasTerminal = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
})();

/** @returns the output after one request */
async function outputOf(terminal: boolean): Promise<string> {
  const port = await freePort();
  const program = [process.execPath, cli];
  const [file = '', ...args] = terminal
    ? ['script', '--quiet', '--return', '--command', program.join(' '), '/dev/null']
    : program;
  const env = { PATH: process.env['PATH'], PORT: `${port}`, EMBEDDED_OKTA_PORT: '0' };
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...env, EMBEDDED_OKTA_FILE: '', TERM: 'xterm' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  onTestFinished(() => void process.kill(-(child.pid ?? 0), 'SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ask = () =>
    fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'asked-here' },
      body: JSON.stringify({ query: '{ me { id } }' }),
    });
  await vi.waitFor(ask, { timeout: 14_000, interval: 100 });
  await vi.waitFor(() => expect(output).toContain('asked-here'), 5_000);
  return output;
}

test.skipIf(!hasTerminal)(
  'on a terminal in development the log is text for a person',
  async () => {
    const output = await outputOf(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are control characters.
    const plain = output.replaceAll(/\u001b\[\d+m/g, '');
    expect(plain).toMatch(/^\d\d:\d\d:\d\d me 200 \d+ ms .*req=asked-here\r?$/m);
    expect(plain).not.toContain('{"level"');
  },
  25_000,
);

test('in a pipe the log is JSON', async () => {
  const lines = (await outputOf(false)).split('\n').filter((line) => line.startsWith('{'));
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ event: 'request', requestId: 'asked-here' }),
  );
}, 25_000);
