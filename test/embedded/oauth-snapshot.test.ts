import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';
import { call } from './call.ts';
import { introspect, refresh, signIn } from './oauth-calls.ts';
import { startOkta } from './start.ts';

let folder: string;
let snapshotFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-okta-'));
  snapshotFile = join(folder, 'org.json');
});

afterEach(() => rm(folder, { recursive: true }));

test('users, tokens and keys survive a restart on the same port', async () => {
  const first = await startOkta({ snapshotFile });
  const port = Number(new URL(first.url).port);
  const tokens = await signIn(first);
  await fetch(`${first.url}/api/v1/users?activate=true`, {
    method: 'POST',
    headers: {
      authorization: `SSWS ${first.seeded.apiToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      profile: { login: 'new@site.test', email: 'new@site.test', firstName: 'N', lastName: 'U' },
      credentials: { password: { value: 'Right-Answer-1' } },
    }),
  });
  await first.close();

  const second = await startOkta({ snapshotFile, port });
  const keys = createRemoteJWKSet(new URL(`${second.issuer}/v1/keys`));
  await expect(jwtVerify(tokens.access, keys)).resolves.toBeDefined();
  expect((await introspect(second, tokens.access)).body).toMatchObject({ active: true });
  expect((await refresh(second, tokens.refresh)).status).toBe(200);
  const fields = { username: 'new@site.test', password: 'Right-Answer-1' };
  expect((await signIn(second, fields)).status).toBe(200);
  expect(second.seeded).toEqual(first.seeded);
  await second.close();
});

test('second factors survive a restart', async () => {
  const first = await startOkta({ snapshotFile });
  const { email } = first.seeded.customer;
  const body = { factorType: 'email', provider: 'OKTA' };
  await call(first, ['POST', `/api/v1/users/${email}/factors?activate=true`], { body });
  await first.close();

  const second = await startOkta({ snapshotFile });
  expect((await signIn(second)).body).toMatchObject({ error: 'mfa_required' });
  await second.close();
});

test('the file is written soon after a change, whole, and for its owner only', async () => {
  const okta = await startOkta({ snapshotFile });
  const { refresh: refreshToken } = await signIn(okta);
  await expect
    .poll(() => readFile(snapshotFile, 'utf8').catch(() => ''), { timeout: 5000 })
    .toContain(refreshToken);
  expect((await stat(snapshotFile)).mode & 0o777).toBe(0o600);
  await okta.close();
  expect(await readdir(folder)).toEqual(['org.json']);
});

test('the keys of the default server are there before the first request', async () => {
  await (await startEmbeddedOkta({ snapshotFile })).close();
  const { keys } = JSON.parse(await readFile(snapshotFile, 'utf8'));
  expect(Object.keys(keys.sets)).toEqual(['default']);
});

test.each([
  ['no JSON', '{"version":1'],
  ['another version', '{"version":2}'],
  ['keys that are none', null],
])('a file with %s is a clear error', async (_name, text) => {
  const keys = { sets: {}, orgAccessTokens: null, managementApp: 'no key' };
  const lists = { users: [], unassignedUserIds: [], factors: [], grants: [], accessTokens: [] };
  const broken = JSON.stringify({ version: 1, keys, ...lists, refreshTokens: [] });
  await writeFile(snapshotFile, text ?? broken);
  await expect(startEmbeddedOkta({ snapshotFile })).rejects.toThrow(
    `The snapshot file ${snapshotFile} is broken or of another version.`,
  );
});

test('the folder of the file is made where it is missing', async () => {
  const file = join(folder, 'new', 'folder', 'org.json');
  await (await startEmbeddedOkta({ snapshotFile: file })).close();
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1 });
});

test('a file that cannot be written is reported when the org closes', async () => {
  const parent = join(folder, 'parent');
  const okta = await startEmbeddedOkta({ snapshotFile: join(parent, 'org.json') });
  await rm(parent, { recursive: true });
  await writeFile(parent, 'a file where the folder would be');
  await expect(okta.close()).rejects.toThrow(/EEXIST|ENOTDIR/);
});

test('what an administrator configures survives a restart, and what `npm start` needs comes back', async () => {
  const first = await startOkta({ snapshotFile });
  const client = first.seeded.apiClient.clientId;
  const group = { profile: { name: 'shop' } };
  expect((await call(first, ['POST', '/api/v1/groups'], { body: group })).status).toBe(200);
  const policies = '/api/v1/authorizationServers/default/policies';
  const [policy] = (await call(first, ['GET', policies])).body as unknown as { id: string }[];
  await call(first, ['DELETE', `${policies}/${policy?.id}`]);
  await call(first, ['POST', `/api/v1/apps/${client}/lifecycle/deactivate`]);
  await call(first, ['DELETE', `/api/v1/apps/${client}`]);
  await first.close();

  const second = await startOkta({ snapshotFile });
  expect((await call(second, ['GET', '/api/v1/groups?q=shop'])).body).toMatchObject([group]);
  const left = (await call(second, ['GET', policies])).body as unknown as { id: string }[];
  expect(left.map(({ id }) => id)).not.toContain(policy?.id);
  expect(left).toHaveLength(1);
  expect((await call(second, ['GET', `/api/v1/apps/${client}`])).status).toBe(200);
  await second.close();
});

test('a file of before there was an admin side is read, and gets the defaults', async () => {
  const first = await startOkta({ snapshotFile });
  await first.close();
  const { resources, ...older } = JSON.parse(await readFile(snapshotFile, 'utf8'));
  expect(resources).toBeInstanceOf(Array);
  await writeFile(snapshotFile, JSON.stringify(older));
  const second = await startOkta({ snapshotFile });
  expect((await signIn(second)).status).toBe(200);
  await second.close();
});
