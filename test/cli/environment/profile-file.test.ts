import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOkta } from '../../embedded/start.ts';
import { names } from '../../support/accounts.ts';
import { build, cli } from '../../support/built.ts';
import { oktaEnvOf, spawnApi } from '../../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'profile-file-'));
const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});
beforeAll(build, 60_000);

function run(args: readonly string[], env: Record<string, string>) {
  const program = spawnApi({ args: [cli, ...args], env, cwd: folder });
  running.push(program.child);
  return program;
}

test('schema writes PROFILE_FILE from the org, and a start with it serves the attributes that it shows', {
  timeout: 40_000,
}, async () => {
  const tier = { title: 'Tier', type: 'string' as const, enum: ['gold', 'tin'] };
  const org = await startOkta({ seed: { customAttributes: { tier } } });
  const pull = run(['schema'], { ...oktaEnvOf(org), PROFILE_FILE: 'profile.json' });
  expect(await pull.exit).toBe(0);
  expect(pull.output()).toContain('New, not shown: tier');
  const file = join(folder, 'profile.json');
  const profile = JSON.parse(readFileSync(file, 'utf8'));
  profile.attributes.tier.visibility = 'public';
  writeFileSync(file, JSON.stringify(profile));

  const print = run(['schema', '--print', 'schema'], { PROFILE_FILE: file, PORT: 'many' });
  // The embedded org, which stands in for the org, has the attribute as well.
  const env = { PORT: '0', EMBEDDED_OKTA_PORT: '0', EMBEDDED_OKTA_FILE: '', ENUMERATION: 'open' };
  const api = run(['start'], { ...env, PROFILE_FILE: 'profile.json' });
  const response = await fetch(await api.url(30_000), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query:
        'mutation ($input: SignUpInput!) { signUp(input: $input) { __typename ... on SignUpSuccess { user { attributes { tier } } } ... on ValidationFailed { fields { field problem } } } }',
      variables: {
        input: {
          email: 'ada@example.com',
          password: 'Correct-Horse-7',
          ...names,
          attributes: { tier: 'gold' },
        },
      },
    }),
  });
  expect(await response.json()).toMatchObject({
    data: { signUp: { __typename: 'SignUpSuccess', user: { attributes: { tier: 'gold' } } } },
  });
  expect(await print.exit).toBe(0);
  expect(print.output()).toMatch(/type ProfileAttributes \{[^}]*tier: String/);
  await org.close();
});

test.each([
  ['is not there', 'nowhere.json', 'It cannot be read (ENOENT).'],
  ['is not JSON', 'broken.json', 'It is not JSON.'],
  [
    'is no profile schema',
    'other.json',
    'It is not a profile schema. Look at: fields, attributes.',
  ],
])('a start with a PROFILE_FILE that %s ends with 78', async (_what, name, problem) => {
  writeFileSync(join(folder, 'broken.json'), '{');
  writeFileSync(join(folder, 'other.json'), '{}');
  const api = run(['start'], { PROFILE_FILE: name, PORT: '0', EMBEDDED_OKTA_PORT: '0' });
  expect(await api.exit).toBe(78);
  expect(api.output()).toContain(`PROFILE_FILE: ${problem}`);
});

test('the subgraph for a supergraph is printed with what services alone see', async () => {
  const fixture = fileURLToPath(new URL('../../fixtures/profile.json', import.meta.url));
  const print = run(['schema', '--print=subgraph'], { PROFILE_FILE: fixture });
  expect(await print.exit).toBe(0);
  expect(print.output()).toMatch(/type PrivateProfileAttributes [^}]*riskScore/);
});
