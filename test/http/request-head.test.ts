import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readHead } from '../../src/http/request-head.ts';
import { listenForMetrics } from '../../src/metrics/listen.ts';
import { sendBytes, startTiny, type Tiny } from '../server/tiny.ts';
import { listenLocally } from '../support/local-url.ts';

/** Reads heads as node:http gives them, and answers by what was read. */
const reader = createServer({ requireHostHeader: false }, (request: IncomingMessage, response) => {
  const problem = readHead(request);
  response.setHeader('Connection', 'close');
  response.end(JSON.stringify({ problem, url: request.url, host: request.headers.host }));
});
let readerUrl: string;
let tiny: Tiny;
let metrics: { readonly url: string; close(): Promise<void> };
beforeAll(async () => {
  readerUrl = await listenLocally(reader);
  tiny = await startTiny();
  const { port, close } = await listenForMetrics({ host: '127.0.0.1', port: 0 }, async () => '');
  metrics = { url: `http://127.0.0.1:${port}`, close };
});
afterAll(async () => {
  reader.close();
  await tiny.close();
  await metrics.close();
});

async function read(bytes: string): Promise<{ problem: string | null; url: string; host: string }> {
  const text = await sendBytes(readerUrl, bytes);
  return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
}
const withHost = (host: string) => `GET /live HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

test.each([
  'a',
  'api.example.com',
  'api.example.com.',
  'API.example.com:443',
  'a_b',
  'a:',
  'xn--bcher-kva.example',
  'b%C3%BCcher.example',
  '203.0.113.7:4000',
  '[::1]',
  '[2001:db8::7]:4000',
  '[::ffff:192.0.2.1]',
  '[v1.fe80::a+en1]',
])('%s is a host', async (host) => {
  expect((await read(withHost(host))).problem).toBeNull();
});

const malformedHosts = [
  '',
  ':80',
  'a b',
  'a@b',
  'user:secret@a',
  'a/b',
  'a\\b',
  'a?b',
  'a#b',
  'a, b',
  'http://a',
  'a:port',
  'a:80:80',
  'a:-1',
  'a:65536',
  '::1',
  '[::1',
  '::1]',
  '[::1]a',
  '[fe80::1%25eth0]',
  '[1.2.3.4]',
  '[v1.]',
  'b%zz',
  'b\u00fccher.example',
  '<a>',
  '"a"',
];
test.each(malformedHosts)('%j is none', async (host) => {
  expect((await read(withHost(host))).problem).toBe('The Host header is malformed.');
});

test.each([
  ['http://api.example.com/live?a=b', '/live?a=b', 'api.example.com'],
  ['HTTPS://api.example.com:8443/live', '/live', 'api.example.com:8443'],
  ['http://[::1]:4000/live', '/live', '[::1]:4000'],
  ['http://a', '/', 'a'],
  ['http://a?b', '/?b', 'a'],
])('the absolute form %s is %s, and its authority is the host', async (target, url, host) => {
  const bytes = `GET ${target} HTTP/1.1\r\nHost: other\r\n\r\n`;
  expect(await read(bytes)).toEqual({ problem: null, url, host });
});

const body = '{"query":"{ me { id } }"}';
const post = (lines: readonly string[], target = '/graphql', version = '1.1') =>
  [`POST ${target} HTTP/${version}`, ...lines, '', body].join('\r\n');
const host = 'Host: a';
const json = 'Content-Type: application/json';
const length = `Content-Length: ${body.length}`;

const refused: Readonly<Record<string, string>> = {
  'two hosts': post([host, 'host: b', json, length]),
  'two hosts that are equal': post([host, host, json, length]),
  'a malformed host': post(['Host: a b', json, length]),
  'no host': post([json, length]),
  'two types of the body': post([host, json, 'content-type: text/plain', length]),
  'two types that are equal': post([host, json, json, length]),
  'two lengths': post([host, json, length, length]),
  'two authorizations': post([host, json, length, 'Authorization: Bearer a', 'authorization: b']),
  'two addresses of a shopper': post([
    host,
    json,
    length,
    'X-Client-IP: 1.1.1.1',
    'x-client-ip: b',
  ]),
  'two devices': post([host, json, length, 'X-Device-Id: a', 'X-Device-Id: b']),
  'two tokens of a customer': post([
    host,
    json,
    length,
    'X-Customer-Token: a',
    'X-Customer-Token: b',
  ]),
  'two origins': post([host, json, length, 'Origin: https://a', 'Origin: https://b']),
  'HTTP/2.0': post([host, json, length], '/graphql', '2.0'),
  'HTTP/0.9': post([host, json, length], '/graphql', '0.9'),
  'HTTP/1.2': post([host, json, length], '/graphql', '1.2'),
  'HTTP/3.0': post([host, json, length], '/graphql', '3.0'),
  'a coding before the chunks': post([host, json, 'Transfer-Encoding: identity, chunked']),
  'a target of another scheme': post([host, json, length], 'ftp://a/graphql'),
  'a target with a user': post([host, json, length], 'http://u:p@a/graphql'),
  'a target with a malformed host': post([host, json, length], 'http://a:b/graphql'),
  'an absolute target beside a malformed host': post(
    ['Host: a b', json, length],
    'http://a/graphql',
  ),
};

describe.each(['/graphql', '/introspect', '/auth', '/live', '/ready'])('at %s', (path) => {
  test.each(Object.entries(refused))(
    '%s: 400, and the connection is closed',
    async (_name, text) => {
      const answer = await sendBytes(tiny.url, text.replace('/graphql', path));
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('\r\nConnection: close\r\n');
    },
  );
});

test.each(['/metrics', 'http://a/metrics'])('the metrics are at %s', async (target) => {
  const bytes = `GET ${target} HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`;
  expect(await sendBytes(metrics.url, bytes)).toMatch(/^HTTP\/1\.1 200 /);
});

test.each([
  ['two hosts', `GET /metrics HTTP/1.1\r\n${host}\r\n${host}\r\n\r\n`],
  ['a malformed host', 'GET /metrics HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ['HTTP/2.0', `GET /metrics HTTP/2.0\r\n${host}\r\n\r\n`],
])('of the metrics too, %s: 400', async (_name, bytes) => {
  expect(await sendBytes(metrics.url, bytes)).toMatch(/^HTTP\/1\.1 400 /);
});

test('a document is answered by the absolute form, and by HTTP/1.0 without a host', async () => {
  const close = 'Connection: close';
  const absolute = post([host, json, length, close], 'http://api.example.com/graphql');
  for (const bytes of [absolute, post([json, length], '/graphql', '1.0')]) {
    const answer = await sendBytes(tiny.url, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"me"/);
  }
});

test('headers that are lists may come in several lines', async () => {
  const lists = ['Accept: application/json', 'Accept: */*', 'Cookie: a=b', 'Cookie: c=d'];
  const forwarded = ['X-Forwarded-For: 192.0.2.1', 'X-Forwarded-For: 192.0.2.2'];
  const bytes = post([host, json, length, ...lists, ...forwarded, 'Connection: close']);
  expect(await sendBytes(tiny.url, bytes)).toMatch(/^HTTP\/1\.1 200 /);
});
