import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureContextOptions } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Program, startProgram } from '../cluster/program.ts';
import { build } from '../support/built.ts';
import { type Authority, createAuthority } from '../support/certificates.ts';

const here = '127.0.0.1';
const folder = mkdtempSync(join(tmpdir(), 'private-authority-'));
const seen = { connections: 0, requests: 0, logIns: 0 };

/** It speaks TLS as configured, and answers every log-in as a wrong password. */
const okta = createServer((request, response) => {
  seen.requests += 1;
  // The program also reads the keys when it starts.
  if (request.method === 'POST') seen.logIns += 1;
  request.resume();
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end('{"error":"invalid_grant","error_description":"The credentials are invalid."}');
});
okta.on('connection', () => {
  seen.connections += 1;
});
const port = () => (okta.address() as AddressInfo).port;

let authority: Authority;
let api: Program;
beforeAll(async () => {
  authority = createAuthority(folder);
  await build();
  await new Promise<void>((resolve) => okta.listen(0, here, resolve));
  const client = { clientId: 'a-client', clientSecret: 'a-secret-of-a-client' };
  const seeded = { apiClient: client, serviceClient: client, apiToken: '00an-api-token' };
  const issuer = `https://${here}:${port()}/oauth2/default`;
  api = startProgram({ issuer, seeded }, { NODE_EXTRA_CA_CERTS: authority.file });
  await api.url();
}, 60_000);

afterAll(() => {
  api.child.kill('SIGKILL');
  okta.closeAllConnections();
  okta.close();
  rmSync(folder, { recursive: true });
});

/** What one finds that trusts the authority, and speaks every version of TLS. */
function look(): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(authority.file);
    const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
    const to = { host: here, port: port(), ca, ...old, rejectUnauthorized: false };
    const socket = connect(to, () => {
      resolve([socket.getProtocol(), socket.authorizationError]);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

/** Each time as another customer, whose limits leave room. */
async function logIn(): Promise<unknown> {
  const email = `${randomUUID()}@example.com`;
  const query = `mutation ($input: LogInInput!) { logIn(input: $input) {
    __typename ... on AccountError { code } } }`;
  const input = { email, password: 'Correct-Horse-7' };
  return (await api.ask<{ logIn: { code?: string } }>(query, input)).logIn.code;
}

interface Row {
  readonly serves: () => SecureContextOptions;
  /** The one thing that is wrong with it. */
  readonly finds: readonly unknown[];
}

const good = () => authority.issue('good', { address: here });
const unfit: Readonly<Record<string, Row>> = {
  'of another address': {
    serves: () => authority.issue('other', { address: '127.0.0.2' }),
    finds: ['TLSv1.3', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  },
  'that is over': {
    serves: () => authority.issue('over', { address: here, days: -1 }),
    finds: ['TLSv1.3', 'CERT_HAS_EXPIRED'],
  },
  'behind TLS 1.1': {
    serves: () => ({
      ...good(),
      ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    }),
    finds: ['TLSv1.1', null],
  },
};

async function serve({ serves, finds }: Row): Promise<void> {
  okta.setSecureContext(serves());
  okta.closeAllConnections();
  expect(await look()).toEqual(finds);
  Object.assign(seen, { connections: 0, requests: 0, logIns: 0 });
}

test('an Okta whose certificate is of an authority in NODE_EXTRA_CA_CERTS is spoken to', async () => {
  await serve({ serves: good, finds: ['TLSv1.3', null] });
  expect(await logIn()).toBe('INVALID_CREDENTIALS');
  expect(seen.logIns).toBe(1);
});

test.each(Object.entries(unfit))('nothing is sent to one with a certificate %s', async (_, row) => {
  await serve(row);
  expect(await logIn()).toBe('UPSTREAM_UNAVAILABLE');
  expect(seen.connections).toBeGreaterThan(0);
  expect(seen.requests).toBe(0);
});
