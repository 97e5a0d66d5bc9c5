import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  LogInDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  SignUpDocument,
  UserDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { loadOktaSdk } from '../../src/okta/management/sdk.ts';
import { names } from '../support/accounts.ts';
import { ownCertificate } from '../support/certificates.ts';
import { type Answer, type Stack, startStack } from '../support/start.ts';

const password = 'Correct-Horse-7';
const email = 'demo@example.com';
const callTimeoutMs = 500;
const folder = mkdtempSync(join(tmpdir(), 'tls-faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

const here = '127.0.0.1';

const seen = { requests: 0 };
const count = () => {
  seen.requests += 1;
};
const servers: Readonly<Record<string, () => Server>> = {
  'a certificate of its own': () => createHttpsServer(ownCertificate(folder, here), count),
  'no TLS at all': () => createHttpServer(count),
  'a handshake that never ends': () => createServer(() => undefined),
};

async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, here, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP address.');
  return `https://${here}:${address.port}`;
}

const asks: readonly ((stack: Stack) => Promise<Answer<object>>)[] = [
  ({ gql }) => gql(LogInDocument, { input: { email, password } }),
  ({ gql }) => gql(SignUpDocument, { input: { email, password, ...names } }),
  ({ gql }) => gql(RefreshTokenDocument, { input: { refreshToken: 'a-token' } }),
  ({ gql }) => gql(RequestPasswordResetDocument, { input: { email } }),
  ({ gql, basic }) => gql(UserDocument, { id: '00usomebody000000000' }, { authorization: basic }),
];

async function outcomesAt(orgUrl: string): Promise<readonly unknown[]> {
  const issuer = `${orgUrl}/oauth2/default`;
  const stack = await startStack({ okta: { orgUrl, issuer, callTimeoutMs } });
  onTestFinished(() => stack.close());
  const outcomes: unknown[] = [];
  for (const { data, errors } of await Promise.all(asks.map((ask) => ask(stack)))) {
    const [result] = Object.values(data ?? {}) as ({ code?: string } | null)[];
    outcomes.push(errors?.[0]?.extensions?.['code'] ?? result?.code);
  }
  expect(stack.okta.requests.all()).toEqual([]);
  return outcomes;
}

const unavailable = asks.map(() => 'UPSTREAM_UNAVAILABLE');

beforeAll(async () => {
  await loadOktaSdk();
});

describe('nothing is sent to an Okta that cannot be authenticated', () => {
  test.each(Object.entries(servers))('with %s', async (_, start) => {
    seen.requests = 0;
    const startedAt = performance.now();
    expect(await outcomesAt(await listening(start()))).toEqual(unavailable);
    expect(performance.now() - startedAt).toBeLessThan(callTimeoutMs * 20);
    expect(seen.requests).toBe(0);
  });

  test('nor to a port without a server', async () => {
    const server = createServer();
    const url = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await outcomesAt(url)).toEqual(unavailable);
  });
});
