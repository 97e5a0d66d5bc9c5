import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logIn } from '../features/flows.ts';
import type { Stack } from '../support/start.ts';
import { demo, keys, serviceOf, startReady } from './storefront/storefront.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'node_modules/.bin');
const folder = mkdtempSync(join(tmpdir(), 'clients-'));
const packages = { storefront: 'okta-account-client', backend: 'okta-account-backend' } as const;
type Name = keyof typeof packages;
const names = Object.keys(packages) as Name[];

const run = async (command: string, args: readonly string[], cwd = folder, env = {}) => {
  const options = { cwd, env: { ...process.env, ...env }, encoding: 'utf8' as const };
  const { stdout } = await promisify(execFile)(command, args, options).catch((error) => {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`);
  });
  return stdout;
};

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional: boolean }>>;
  readonly description: string;
}
const manifestOf = (name: Name): Manifest =>
  JSON.parse(readFileSync(join(folder, 'node_modules', packages[name], 'package.json'), 'utf8'));
const tarballs: Partial<
  Record<Name, { readonly path: string; readonly files: readonly string[] }>
> = {};

/**
 * Builds a copy, packs it and puts it where npm would, but offline: its dependencies are links to those
 * of this checkout, and no other package can be imported.
 */
async function install(name: Name): Promise<void> {
  const source = join(root, 'src/clients', name);
  const copy = join(folder, 'built', name);
  mkdirSync(copy, { recursive: true });
  for (const file of ['package.json', 'README.md']) cpSync(join(source, file), join(copy, file));
  await run(join(bin, 'tsc'), ['-p', source, '--outDir', join(copy, 'dist')]);
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [{ filename, files }] = JSON.parse(await run('npm', args, copy));
  const path = join(folder, filename);
  tarballs[name] = { path, files: files.map((file: { path: string }) => file.path) };
  const installed = join(folder, 'node_modules', packages[name]);
  mkdirSync(installed, { recursive: true });
  await run('tar', ['xzf', path, '--strip-components=1', '-C', installed]);
  for (const dependency of Object.keys(manifestOf(name).dependencies ?? {})) link(dependency);
}

function link(dependency: string, as = dependency): void {
  const target = join(folder, 'node_modules', as);
  rmSync(target, { force: true });
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(root, 'node_modules', dependency), target);
}

let stack: Stack;
beforeAll(async () => {
  [stack] = await Promise.all([startReady(), ...names.map(install)]);
}, 60_000);
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
/** For the programs of the project, which log in at the real API. */
const env = () => ({
  URL_OF_API: `${stack.url}/graphql`,
  SERVICE: JSON.stringify(serviceOf(stack)),
});

describe.each(names)('the package of the %s', (name) => {
  test('publint and attw find nothing', async () => {
    const { path } = tarballs[name] ?? { path: '' };
    // attw ends with 1 where it finds a problem.
    const [lint] = await Promise.all([
      run(join(bin, 'publint'), ['run', path, '--strict']),
      run(join(bin, 'attw'), [path, '--profile', 'esm-only', '--no-color', '--no-emoji']),
    ]);
    expect(lint).toContain('All good!');
  });

  test('it holds what its exports name, a README of one screen, and no sources', () => {
    const { files = [] } = tarballs[name] ?? {};
    const { exports, description } = manifestOf(name);
    const targets = Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    for (const target of targets) expect(files).toContain(target.slice(2));
    const others = files.filter((file) => !file.startsWith('dist/'));
    expect(others.sort()).toEqual(['README.md', 'package.json']);
    expect(files.filter((file) => /(?<!\.d)\.ts$|\.tsbuildinfo$/.test(file))).toEqual([]);
    expect(description).toMatch(/Not by Okta\.$/);
    const readme = readFileSync(join(root, 'src/clients', name, 'README.md'), 'utf8');
    expect(readme.split('\n').length).toBeLessThan(80);
  });

  test('it imports what it declares, and nothing else', () => {
    const {
      dependencies = {},
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = manifestOf(name);
    const dist = join(folder, 'node_modules', packages[name], 'dist');
    const texts = readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .map((file) => readFileSync(join(dist, file), 'utf8'));
    const imported = texts
      .flatMap((text) => [...text.matchAll(/(?:from|import\() ?'([^'.][^']*)'/g)])
      .map(([, specifier = '']) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
    const declared = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
    for (const used of imported) {
      if (!used.startsWith('node:')) expect(declared).toContain(used);
      else expect(name).toBe('backend');
    }
    for (const peer of Object.keys(peerDependencies)) {
      expect(peerDependenciesMeta[peer], peer).toEqual({ optional: true });
    }
  });

  test('it loads as ESM, and by require as Node 20.19 and later do', async () => {
    const text = `import('${packages[name]}').then((api) => console.log(Object.keys(api).join()))`;
    const required = `console.log(Object.keys(require('${packages[name]}')).join())`;
    const [esm, cjs] = await Promise.all([
      run('node', ['--input-type=module', '-e', text]),
      run('node', ['--input-type=commonjs', '-e', required]),
    ]);
    expect(esm).toMatch(/^create|,create/);
    expect(cjs).toBe(esm);
  });
});

const program = `
import { createAccountClient, createSession, RequestRefused, Session } from 'okta-account-client';
import { type LogInMutation, MeDocument } from 'okta-account-client/documents';
import { account } from 'okta-account-client/hono';
import { accountMiddleware } from 'okta-account-client/react-router';
import { accountHandle } from 'okta-account-client/sveltekit';
import { account as express } from 'okta-account-client/express';

const client = createAccountClient({ url: 'https://accounts.example.com/graphql', service: { id: 'a', secret: () => 'b' } });
export const sessions = createSession({ client, keys: ['k'], trustedHops: 1 });
export const adapters = [account(sessions), accountMiddleware(sessions), accountHandle(sessions), express(sessions)];
export type Outcome = LogInMutation['logIn']['__typename'];

export async function page(headers: Headers): Promise<string | undefined> {
  const session: Session = await sessions.get(headers);
  // @ts-expect-error A page cannot log in.
  session.logIn({ email: '', password: '' });
  // @ts-expect-error Nor does it have the tokens by a property.
  session.tokens;
  return (await session.me({ factors: true }))?.factors?.[0]?.type;
}

export async function action(headers: Headers, url: URL): Promise<string> {
  const session = await sessions.open({ headers, method: 'POST', url, write: (lines) => lines.length });
  const result = await session.logIn({ email: 'a', password: 'b' });
  switch (result.__typename) {
    case 'LogInSuccess':
      // @ts-expect-error The tokens stay in the cookie.
      return result.tokens;
    case 'MfaRequired':
      return result.factors.map(({ hint }) => hint ?? '').join();
    case 'RateLimited':
      return String(result.retryAfterSeconds);
    // @ts-expect-error No such outcome.
    case 'NoSuchOutcome':
      return '';
    case 'SessionTooLarge':
      return result.message;
    default:
      return result.__typename;
  }
}

export const own = (token: string) => client.request(MeDocument, { sessions: true }, { accessToken: token }).then(({ me }) => me?.email);
export const refused = (error: unknown) => error instanceof RequestRefused && error.expected.join();
`;

test.each(['bundler', 'nodenext'])(
  'its types hold with moduleResolution %s',
  async (resolution) => {
    link('hono');
    write('program.ts', program);
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      target: 'es2022',
      lib: ['es2023', 'dom', 'dom.iterable'],
      types: [],
      module: resolution === 'bundler' ? 'preserve' : 'nodenext',
      moduleResolution: resolution,
    };
    write('package.json', '{ "type": "module" }');
    const config = `tsconfig.${resolution}.json`;
    write(config, JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    expect(await run(join(bin, 'tsc'), ['-p', config])).toBe('');
  },
);

const backendProgram = `
import { createAccountBackend, type Result } from 'okta-account-backend';
import { account, requireScopes } from 'okta-account-backend/hono';
import { account as express } from 'okta-account-backend/express';
import { Hono } from 'hono';

const backend = createAccountBackend({ url: 'https://accounts.example.com', service: { id: 'a', secret: () => 'b' }, maxStaleSeconds: 30 });
// @ts-expect-error How stale a verdict may be has to be said.
export const careless = () => createAccountBackend({ url: '', service: { id: 'a', secret: 'b' } });
export const app = new Hono()
  .get('/orders', account(backend), (c) => c.text(c.get('customer').id))
  .get('/refund', account(backend, { fresh: true }), requireScopes('orders:write'), (c) => c.text(''));
export const middleware = express(backend, { scopes: ['orders:write'] });

export async function page(request: Request): Promise<string> {
  const result: Result = await backend.authenticate(request);
  // @ts-expect-error It may be refused.
  result.customer;
  if (!result.ok) return String(result.status) + result.headers['WWW-Authenticate'];
  return (await result.customer.profile())?.email ?? '';
}
`;

test.each(['bundler', 'nodenext'])(
  'the types of the backend hold with moduleResolution %s',
  async (resolution) => {
    link('hono');
    link('@types/node');
    link('undici-types');
    write('backend.ts', backendProgram);
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      target: 'es2022',
      lib: ['es2023'],
      types: ['node'],
      module: resolution === 'bundler' ? 'preserve' : 'nodenext',
      moduleResolution: resolution,
    };
    write('package.json', '{ "type": "module" }');
    const config = `tsconfig.backend.${resolution}.json`;
    write(config, JSON.stringify({ compilerOptions, files: ['backend.ts'] }));
    expect(await run(join(bin, 'tsc'), ['-p', config])).toBe('');
  },
);

test('a backend of an empty project lets in the customer of a token', async () => {
  const { accessToken } = await logIn(stack, demo);
  write(
    'backend.mjs',
    `import { createAccountBackend } from 'okta-account-backend';
const backend = createAccountBackend({ url: new URL(process.env.URL_OF_API).origin, service: JSON.parse(process.env.SERVICE), maxStaleSeconds: 30 });
const result = await backend.authenticate({ authorization: 'Bearer ${accessToken}' });
console.log(result.ok, (await result.customer.profile()).email);
backend.close();
`,
  );
  expect(await run('node', ['backend.mjs'], folder, env())).toBe(`true ${demo.email}\n`);
});

test('a program of an empty project logs in, and reads the account from the cookie', async () => {
  write(
    'shop.mjs',
    `import { createAccountClient, createSession } from 'okta-account-client';
const client = createAccountClient({ url: process.env.URL_OF_API, service: JSON.parse(process.env.SERVICE) });
const sessions = createSession({ client, keys: ['${keys[0]}'], trustedHops: 0 });
const origin = 'https://shop.example';
let jar = [];
const session = await sessions.open({
  headers: new Headers({ origin }), method: 'POST', url: new URL(origin),
  write: (lines) => { jar.push(...lines.filter((line) => !line.includes('Max-Age=0'))); },
});
const { __typename } = await session.logIn(${JSON.stringify(demo)});
const cookie = jar.map((line) => line.split(';')[0]).join('; ');
const page = await sessions.get(new Headers({ cookie, host: 'shop.example' }));
console.log(__typename, page.state, (await page.me()).email);
`,
  );
  expect(await run('node', ['shop.mjs'], folder, env())).toBe(
    `LogInSuccess signedIn ${demo.email}\n`,
  );
});

test('the adapter for h3 works with h3 1, which Nuxt 4 has', async () => {
  link('h3-1', 'h3');
  write(
    'nuxt.mjs',
    `import { createServer } from 'node:http';
import { createApp, defineEventHandler, toNodeListener } from 'h3';
import { createAccountClient, createSession } from 'okta-account-client';
import { accountOf, defineAccountMiddleware, writableAccountOf } from 'okta-account-client/h3';
const client = createAccountClient({ url: process.env.URL_OF_API, service: JSON.parse(process.env.SERVICE) });
const sessions = createSession({ client, keys: ['${keys[0]}'], trustedHops: 0 });
const app = createApp();
app.use(defineAccountMiddleware(sessions));
app.use('/log-in', defineEventHandler(async (event) => (await writableAccountOf(event).logIn(${JSON.stringify(demo)})).__typename));
app.use('/', defineEventHandler(async (event) => (await accountOf(event).me())?.email ?? 'nobody'));
const server = createServer(toNodeListener(app)).listen(0, '127.0.0.1', async () => {
  const origin = 'http://127.0.0.1:' + server.address().port;
  const answer = await fetch(origin + '/log-in', { method: 'POST', headers: { origin } });
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const page = await fetch(origin, { headers: { cookie } });
  const { headers } = answer;
  console.log(await answer.text(), await page.text(), headers.get('cache-control'), headers.get('vary'));
  server.close();
  server.closeAllConnections();
});
`,
  );
  expect(await run('node', ['nuxt.mjs'], folder, env())).toMatch(
    `LogInSuccess ${demo.email} private, no-store Cookie`,
  );
});
