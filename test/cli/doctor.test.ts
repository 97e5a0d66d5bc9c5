import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { call } from '../embedded/call.ts';
import { startOkta } from '../embedded/start.ts';
import { build, cli } from '../support/built.ts';
import { oktaEnvOf, spawnApi } from '../support/program.ts';

let org: EmbeddedOkta;
beforeAll(async () => {
  await build();
  org = await startOkta();
}, 60_000);

function doctorProgram(args: readonly string[], env: Readonly<Record<string, string>>) {
  const cwd = mkdtempSync(join(tmpdir(), 'doctor-'));
  return spawnApi({ args: [cli, 'doctor', ...args], env, cwd });
}

/** What the doctor prints with these variables, and how it ends. */
async function doctor(...of: Parameters<typeof doctorProgram>) {
  const program = doctorProgram(...of);
  const code = await program.exit;
  return { code, output: program.output() };
}

test('it tells what is wrong in lines of 80 columns, and no secret', async () => {
  const secrets = {
    OKTA_CLIENT_SECRET: 'a-secret-that-is-wrong',
    OKTA_ADMIN_TOKEN: org.seeded.apiToken,
  };
  const { code, output } = await doctor([], {
    ...oktaEnvOf(org),
    ...secrets,
    SERVICE_CLIENTS: 'storefront:secret-of-the-storefront',
    SEALING_KEY: Buffer.alloc(32, 5).toString('base64'),
    OKTA_HOOK_SECRET: 'secret-of-the-hook-secret-of-the-hook',
  });
  expect(code).toBe(1);
  expect(output).toMatch(/^\[ok\] authorization server$/m);
  expect(output).toMatch(/^\[x\] {2}app of the customers +D07$/m);
  expect(output).toContain('Okta says: invalid_client');
  expect(output).not.toMatch(/a-secret-that|of-the-storefront|of-the-hook|BQUFBQ|@/);
  expect(output).not.toContain(org.seeded.apiToken);
  expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('without an admin token it names what it could not look at, and ends with 0', async () => {
  const { code, output } = await doctor(['--only', 'd07,D08', '--json'], oktaEnvOf(org));
  expect(code).toBe(0);
  expect(JSON.parse(output)).toMatchObject({
    org: org.url,
    verdict: 'ok',
    checks: [
      { code: 'D07', verdict: 'ok', notLooked: null },
      {
        code: 'D08',
        verdict: 'not looked',
        notLooked: 'needs OKTA_ADMIN_TOKEN with okta.apps.read',
      },
    ],
    findings: [],
  });
});

test('a live check deletes its customer after Ctrl+C too', async () => {
  const customers = async () => {
    const { body } = await call(org, ['GET', '/api/v1/users?limit=200']);
    return JSON.stringify(body).split('@example.invalid').length - 1;
  };
  // The customer meets a slow log-in.
  const undo = org.fail({ path: '/oauth2/default/v1/token', fault: { kind: 'hang' } });
  const program = doctorProgram(['--live', '--only', 'D49'], oktaEnvOf(org));
  await vi.waitFor(async () => expect(await customers()).toBeGreaterThan(0), {
    timeout: 14_000,
    interval: 20,
  });
  program.child.kill('SIGINT');
  expect(await program.exit).toBe(1);
  undo();
  expect(program.output()).toContain('logIn of a new customer fails.');
  expect(program.output()).not.toContain('left in the org');
  expect(await customers()).toBe(0);
});

test('an admin token of little use, and an org without API Access Management, get a sentence each', async () => {
  const bare = await startOkta({ seed: { apiAccessManagement: false } });
  bare.fail({
    path: '/api/v1/apps',
    fault: {
      kind: 'answer',
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"errorCode":"E0000006","errorSummary":"You do not have permission","errorCauses":[]}',
    },
  });
  const only = ['--only', 'D03,D08'];
  const [weak, refused] = await Promise.all([
    doctor(only, { ...oktaEnvOf(bare), OKTA_ADMIN_TOKEN: bare.seeded.apiToken }),
    doctor(only, { ...oktaEnvOf(org), OKTA_ADMIN_TOKEN: '00tokenOfAnotherOrg' }),
  ]);
  expect(weak.code).toBe(1);
  expect(weak.output).toContain('D03 The org has no API Access Management');
  expect(weak.output).toContain('D08: needs okta.apps.read and an admin role');
  expect(refused.code).toBe(2);
  expect(refused.output).toContain('D03, D08: Okta refuses OKTA_ADMIN_TOKEN');
  for (const { output } of [weak, refused]) {
    expect(output.split('\n').filter((line) => line.length > 80)).toEqual([]);
    // No escape sequence of colour.
    expect(output).not.toContain('\u001b');
  }
});

test('the exit code says why it could not look', async () => {
  const env = oktaEnvOf(org);
  const codes = await Promise.all([
    doctor([], { ...env, OKTA_ISSUER: 'http://127.0.0.1:9/oauth2/default' }),
    doctor(['--only', 'D08'], env),
    doctor(['--only', 'D02,D08'], { ...env, OKTA_ADMIN_TOKEN: 'revoked' }),
    doctor([], {}),
    doctor(['--only', 'D99'], env),
    doctor([], { ...env, OKTA_ISSUER: 'ftp://example.com' }),
    doctor([], { ...env, OKTA_ADMIN_TOKEN: '00admin\u2026token' }),
  ]);
  expect(codes.map(({ code }) => code)).toEqual([2, 2, 2, 2, 64, 78, 78]);
  expect(codes[6]?.output).not.toContain('00admin');
  expect(codes[3]?.output).toContain('There are no OKTA_* settings');
});
