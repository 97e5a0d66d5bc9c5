import { createServer, type OutgoingHttpHeaders } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { AdminApiError, createAdminApi } from '../../src/org/admin-api.ts';
import { closeNow, listenLocally } from '../support/local-url.ts';

test.each([
  ['is not JSON', '{"id":'],
  ['is no object', '[]'],
])(
  'an answer to a change that %s is an error of the API, which may have been carried out',
  async (_, body) => {
    const server = createServer((_request, response) => response.end(body));
    onTestFinished(() => closeNow(server));
    const orgUrl = await listenLocally(server);
    const api = createAdminApi({ orgUrl, token: 'token', timeoutMs: 1000 });
    const failure = await api.send('POST', '/api/v1/groups', {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AdminApiError);
    expect(failure).toMatchObject({ status: null });
  },
);

test.each([
  [
    'a redirect',
    302,
    { location: 'https://other.example/path?secret=1' },
    'redirects to https://other.example,',
  ],
  ['a page of a proxy', 503, { 'content-type': 'text/html' }, 'answers 503, and not as Okta does'],
  [
    'a refusal by a proxy',
    403,
    { 'content-type': 'text/html' },
    'answers 403, and not as Okta does',
  ],
])(
  '%s is named as no answer of Okta, and never blamed on the token',
  async (_, status, headers, says) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, headers as OutgoingHttpHeaders).end('<html></html>');
    });
    onTestFinished(() => closeNow(server));
    const orgUrl = await listenLocally(server);
    const api = createAdminApi({ orgUrl, token: 'token', timeoutMs: 1000 });
    const failure = await api.get('/api/v1/org').catch((error: unknown) => error);
    expect(failure).toMatchObject({ isAnswer: true, isForbidden: false });
    expect(String(failure)).toContain(says);
    expect(String(failure)).not.toContain('secret');
  },
);

test('a token that cannot be sent is in no message', async () => {
  const orgUrl = 'http://127.0.0.1:9';
  const api = createAdminApi({ orgUrl, token: '00admin\u2026token', timeoutMs: 1000 });
  const failure = await api.get('/api/v1/org').catch((error: unknown) => error);
  expect(String(failure)).toContain('does not answer');
  expect(String(failure)).not.toContain('00admin');
});
