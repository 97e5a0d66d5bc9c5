import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthn, createPostAuthn } from '../../../src/okta/authn/client.ts';
import { createHttp } from '../../../src/okta/http/client.ts';
import { deviceTokenOf } from '../../../src/okta/wire/device-token.ts';
import { listenLocally } from '../../support/local-url.ts';

const shopperWith = (deviceId: string | null) => ({
  clientIp: null,
  userAgent: null,
  deviceId,
  language: null,
});

describe('a device', () => {
  test('is called by its own name where Okta takes it', () => {
    expect(deviceTokenOf(shopperWith('d'.repeat(32)))).toBe('d'.repeat(32));
  });

  test('is called by a digest of a longer name, the same each time', () => {
    const uuid = 'b1f7d0a2-6c1e-4d55-9a53-0f5f4f0c2c11';
    const digest = createHash('sha256').update(uuid).digest('hex').slice(0, 32);
    expect(deviceTokenOf(shopperWith(uuid))).toBe(digest);
    expect(deviceTokenOf(shopperWith(`${uuid}0`))).not.toBe(digest);
  });

  test('without a name is none', () => {
    expect(deviceTokenOf(shopperWith(null))).toBeNull();
    expect(deviceTokenOf(null)).toBeNull();
  });
});

describe('a log-in by /api/v1/authn', () => {
  interface Seen {
    readonly headers: IncomingHttpHeaders;
    readonly body: Record<string, unknown>;
  }
  const seen: Seen[] = [];
  const good = '00good';
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { authorization } = request.headers;
    seen.push({ headers: request.headers, body: JSON.parse(text) });
    const isRefused = authorization !== undefined && authorization !== `SSWS ${good}`;
    response.writeHead(isRefused ? 401 : 200, { 'content-type': 'application/json' });
    const refusal = { errorCode: 'E0000011', errorSummary: 'Invalid token provided' };
    response.end(JSON.stringify(isRefused ? refusal : { status: 'SUCCESS', sessionToken: 's' }));
  });
  let url: string;
  beforeAll(async () => {
    url = await listenLocally(server);
  });
  beforeEach(() => {
    seen.length = 0;
  });
  afterAll(() => server.close());

  const credentials = { email: 'demo@example.com', password: 'Correct-Horse-7' };
  const plain = { username: credentials.email, password: credentials.password };

  async function signIn(apiToken: string | null, deviceId: string | null) {
    const http = createHttp({ callTimeoutMs: 5_000, now: Date.now, observe: () => undefined });
    const authn = createAuthn(createPostAuthn(url, { http, now: Date.now }), () => apiToken);
    const { signal } = new AbortController();
    const shopper = deviceId === null ? null : shopperWith(deviceId);
    const transaction = await authn.signIn(credentials, { requestId: 'test', signal, shopper });
    await http.close();
    return transaction.status;
  }

  test('names the device in its body, with the API token that makes Okta read it', async () => {
    expect(await signIn(good, 'phone-1')).toBe('SUCCESS');
    expect(seen.map(({ body }) => body)).toEqual([
      { ...plain, context: { deviceToken: 'phone-1' } },
    ]);
    expect(seen[0]?.headers.authorization).toBe(`SSWS ${good}`);
  });

  test.each([
    ['without an API token', null, 'phone-1'],
    ['without a device', good, null],
  ])('%s is that of a public application', async (_what, apiToken, deviceId) => {
    expect(await signIn(apiToken, deviceId)).toBe('SUCCESS');
    expect(seen.map(({ body }) => body)).toEqual([plain]);
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  test('succeeds without the device where Okta refuses the API token', async () => {
    expect(await signIn('00dead', 'phone-1')).toBe('SUCCESS');
    expect(seen.map(({ body }) => body)).toEqual([
      { ...plain, context: { deviceToken: 'phone-1' } },
      plain,
    ]);
  });
});
