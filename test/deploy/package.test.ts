import { type ChildProcess, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from '../support/built.ts';
import { spawnApi } from '../support/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'package-'));
const installed = join(folder, 'node_modules/okta-account-api');
const command = join(folder, 'node_modules/.bin/okta-account-api');
const running: ChildProcess[] = [];
let files: readonly string[];

interface Package {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
}
let manifest: Package;

/**
 * As npm installs the package into an empty folder, but offline: its dependencies are links to those of
 * this checkout, and no other package can be imported. A job of the workflow `ci` lets npm do it.
 */
beforeAll(async () => {
  await build();
  const packed = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    { cwd: root, encoding: 'utf8' },
  );
  const [{ filename, files: listed }] = JSON.parse(packed) as [
    { filename: string; files: { path: string }[] },
  ];
  files = listed.map(({ path }) => path);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', join(folder, filename), '--strip-components=1', '-C', installed]);
  manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Package;
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  mkdirSync(dirname(command));
  const program = join(installed, manifest.bin['okta-account-api'] ?? '');
  chmodSync(program, 0o755);
  symlinkSync(program, command);
}, 60_000);
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const program = spawnApi({ args: [command, ...args], env, cwd: folder });
  running.push(program.child);
  return program;
}

test('the package holds what runs, and neither tests nor sources', () => {
  expect(files).toEqual(expect.arrayContaining(['dist/cli.js', 'schema/profile.json']));
  const others = files.filter((path) => !/^(dist|schema|docs)\//.test(path));
  expect(others.sort()).toEqual([
    '.env.example',
    'CHANGELOG.md',
    'README.md',
    'SECURITY.md',
    'package.json',
  ]);
  expect(files.filter((path) => /\.ts$|^test\//.test(path))).toEqual([]);
  expect(manifest.engines).toEqual({ node: expect.stringMatching(/^>=/) });
});

test('its source maps hold their sources', () => {
  const map = JSON.parse(readFileSync(join(installed, 'dist/cli.js.map'), 'utf8'));
  expect(map.sourcesContent).toEqual([readFileSync(join(root, 'src/cli.ts'), 'utf8')]);
});

test('what it exports is there', () => {
  for (const path of Object.values(manifest.exports)) {
    const file = path.slice(2).replace('*', 'log-in.graphql');
    expect(file === 'package.json' || files.includes(file), path).toBe(true);
  }
});

test('installed into an empty folder, it answers a query, and has its other commands', {
  timeout: 40_000,
}, async () => {
  const ports = { PORT: '0', EMBEDDED_OKTA_PORT: '0', EMBEDDED_OKTA_FILE: '' };
  const api = run([], ports);
  const okta = run(['okta', '--port=0']);
  const help = run(['schema', '--help']);
  const doctor = run(['doctor', '--help']);
  // What would be written into the package is lost with the next installation.
  const pull = run(['schema'], {
    OKTA_ISSUER: 'https://shop.okta.com/oauth2/default',
    OKTA_CLIENT_ID: '0oa1',
    OKTA_CLIENT_SECRET: 'secret',
    OKTA_API_TOKEN: 'token',
  });
  const response = await fetch(await api.url(30_000), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ accountConfig { __typename } }' }),
  });
  expect(await response.json()).toEqual({
    data: { accountConfig: { __typename: 'AccountConfig' } },
  });
  await expect.poll(() => okta.output(), { timeout: 20_000 }).toContain('Org URL');
  expect(await help.exit).toBe(0);
  expect(help.output()).toContain('Usage: okta-account-api schema');
  expect(await doctor.exit).toBe(0);
  expect(doctor.output()).toContain('Usage: okta-account-api doctor');
  expect(await pull.exit).toBe(78);
  expect(pull.output()).toContain('PROFILE_FILE: It is missing');
});
