import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  LogInDocument,
  SignUpDocument,
} from '../../../src/clients/storefront/documents/graphql.ts';
import { build, cli } from '../../support/built.ts';
import { type SpawnedApi, spawnApi } from '../../support/program.ts';

const running: ChildProcess[] = [];
beforeAll(build, 60_000);
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

async function found(program: SpawnedApi, pattern: RegExp): Promise<string> {
  return vi.waitFor(
    () => {
      const [, text] = pattern.exec(program.output()) ?? [];
      if (text === undefined) throw new Error(program.output());
      return text;
    },
    { timeout: 14_000, interval: 20 },
  );
}

test.each([
  ['identity', 'password'],
  ['classic', 'authn'],
] as const)(
  'an empty org (%s) is set up by one command for the flow %s, served by the next, and the doctor finds nothing',
  async (engine, flow) => {
    const folder = mkdtempSync(join(tmpdir(), 'adopt-'));
    const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const program = spawnApi({ args: [cli, ...args], env, cwd: folder });
      running.push(program.child);
      return program;
    };
    const okta = run(['okta', '--empty', '--port', '0', '--engine', engine]);
    const org = await found(okta, /Org URL\s+(\S+)[\s\S]*Users: none/);
    const token = { OKTA_ADMIN_TOKEN: await found(okta, /Admin token\s+(\S+)/) };

    const setup = run(['setup', '--org', org, '--flow', flow, '--yes'], token);
    expect(await setup.exit, setup.output()).toBe(0);

    const api = run(['start'], { PORT: '0' });
    const url = await found(api, /GraphiQL\s+(\S+)/);
    const call = async (document: { toString(): string }, input: object) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: document.toString(), variables: { input } }),
      });
      return answer.json();
    };
    const customer = { email: 'ada@example.com', password: 'Correct-Horse-7' };
    const names = { firstName: 'Ada', lastName: 'Lovelace' };
    expect(await call(SignUpDocument, { ...customer, ...names })).toEqual({
      data: { signUp: expect.objectContaining({ __typename: 'SignUpSuccess' }) },
    });
    expect(await call(LogInDocument, customer)).toEqual({
      data: { logIn: expect.objectContaining({ __typename: 'LogInSuccess' }) },
    });
    expect(api.output()).not.toContain('setup_finding');

    const hookUrl = new URL(url).origin;
    const [doctor, hook] = [
      run(['doctor', '--live']),
      run(['setup', '--hook', hookUrl, '--yes'], token),
    ];
    expect(await doctor.exit, doctor.output()).toBe(0);
    expect(doctor.output()).toContain('0 errors, 0 warnings');
    expect(await hook.exit, hook.output()).toBe(0);
    expect(hook.output()).toMatch(/\] \+ Event hook verification +http/);

    for (const { child } of [api, okta]) child.kill('SIGTERM');
    await Promise.all([api.exit, okta.exit]);
  },
  // Five programs start one after another, on a machine that may be busy.
  60_000,
);
