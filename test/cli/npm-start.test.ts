import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { build, cli } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';

const folder = mkdtempSync(join(tmpdir(), 'npm-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  await build();
  // The program as it was built, in a place with no .env and no data of a developer.
  copyFileSync(
    fileURLToPath(new URL('../../package.json', import.meta.url)),
    `${folder}/package.json`,
  );
  symlinkSync(dirname(cli), join(folder, 'dist'));
}, 60_000);

/** In a process group of its own, so that all of it can be ended. */
async function npmStart(settings: Record<string, string> = {}) {
  const port = await freePort();
  const child = spawn('npm', ['start', '--ignore-scripts'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      PORT: `${port}`,
      EMBEDDED_OKTA_PORT: '0',
      EMBEDDED_OKTA_FILE: '',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const group = child.pid ?? 0;
  onTestFinished(() => {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // All of it has ended, as it should.
    }
  });
  const url = `http://127.0.0.1:${port}`;
  const serves = () =>
    fetch(`${url}/live`).then(
      ({ status }) => status === 200,
      () => false,
    );
  await vi.waitFor(async () => expect(await serves()).toBe(true), {
    timeout: 25_000,
    interval: 50,
  });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  return { group, url, serves, exit };
}

const timeout = 40_000;

test('SIGTERM to npm start ends the program that it has started', { timeout }, async () => {
  const { group: npm, serves, exit } = await npmStart();
  process.kill(npm, 'SIGTERM');
  await exit;
  expect(await serves()).toBe(false);
});

test('Ctrl+C reaches the program from the terminal and from npm, and still lets a request be answered', {
  timeout,
}, async () => {
  const { group, url, serves, exit } = await npmStart({ ANSWER_FLOOR_MS: '1500' });
  const query = `mutation { requestPasswordReset(input: { email: "demo@example.com" }) { __typename } }`;
  const answer = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  await wait(500);
  process.kill(-group, 'SIGINT');
  expect((await answer).status).toBe(200);
  await exit;
  expect(await serves()).toBe(false);
});
