import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fault } from '../../src/embedded/handle.ts';

/** One way in which an answer of Okta can be broken. */
export interface FaultMode {
  readonly fault: Fault;
  /** No answer before the call is over. */
  readonly isSlow?: boolean;
  /** Default: every answer. */
  readonly times?: number;
  readonly means: /** The answer is good. */
    | 'GOOD'
    /** No answer came, or none that Okta gives. */
    | 'NONE'
    /** As NONE, by a connection that broke: what only reads is sent once more. */
    | 'NO CONNECTION'
    /** As NO CONNECTION, but only the first time. */
    | 'LOST'
    /** Status 200 and a body that Okta does not send. */
    | 'ODD BODY'
    | 'LIMITED';
}

const answer = (status: number, body: string, type = 'application/json'): FaultMode['fault'] => ({
  kind: 'answer',
  status,
  body,
  headers: { 'content-type': type },
});
const raw = (when: 'before' | 'after', write: (response: ServerResponse) => void): Fault => ({
  kind: 'raw',
  when,
  write,
});
const json = { 'content-type': 'application/json' };

/** Bytes of endless answers so far. */
export const written = { bytes: 0 };
const piece = Buffer.alloc(256 * 1024, ' ');
const endless = 200 * 1024 * 1024;

function pourOut(response: ServerResponse): void {
  response.writeHead(200, json);
  let left = endless;
  const more = () => {
    if (response.destroyed) return;
    if (left <= 0) return void response.end();
    left -= piece.length;
    written.bytes += piece.length;
    if (response.write(piece)) setImmediate(more);
    else response.once('drain', more);
  };
  more();
}

function drip(response: ServerResponse): void {
  response.writeHead(200, json);
  const timer = setInterval(() => response.write(' '), 100);
  response.on('close', () => clearInterval(timer));
}

/** 16 MiB in 16 kB. */
const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '));

function limited(headers: Readonly<Record<string, string>>): Fault {
  return {
    kind: 'answer',
    status: 429,
    headers: { ...json, ...headers },
    body: '{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit"}',
  };
}

/** @param now epoch milliseconds of Okta; @param elsewhere where redirects lead */
export function faultModes({
  now,
  elsewhere,
}: {
  readonly now: number;
  readonly elsewhere: string;
}): Readonly<Record<string, FaultMode>> {
  const reset = String(Math.ceil(now / 1000) + 50);
  return {
    'comes late': { fault: { kind: 'delay', ms: 100 }, means: 'GOOD' },
    'never comes': { fault: { kind: 'hang' }, isSlow: true, means: 'NONE' },
    'never comes, and nothing was done': {
      fault: raw('before', () => {}),
      isSlow: true,
      means: 'NONE',
    },
    'is a reset before the act': {
      fault: { kind: 'reset', when: 'before' },
      means: 'NO CONNECTION',
    },
    'is a reset after the act': { fault: { kind: 'reset', when: 'after' }, means: 'NO CONNECTION' },
    'is lost once': { fault: { kind: 'reset', when: 'after' }, times: 1, means: 'LOST' },
    'is a closed connection': {
      fault: raw('before', ({ socket }) => socket?.end()),
      means: 'NO CONNECTION',
    },
    'is 429 until in 50 s': {
      fault: limited({
        date: new Date(now).toUTCString(),
        'x-rate-limit-limit': '600',
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': reset,
      }),
      means: 'LIMITED',
    },
    'is 429 without a word of when': { fault: limited({}), means: 'LIMITED' },
    'is 500': { fault: answer(500, '{"errorCode":"E0000009","errorSummary":"x"}'), means: 'NONE' },
    'is 502 by a proxy': { fault: answer(502, '<html>Bad Gateway', 'text/html'), means: 'NONE' },
    'is 503 without a body': { fault: answer(503, ''), means: 'NONE' },
    'is an odd 4xx': { fault: answer(418, 'teapot', 'text/plain'), means: 'NONE' },
    'is a redirect': {
      fault: { kind: 'answer', status: 307, headers: { location: elsewhere } },
      means: 'NONE',
    },
    'is a page': { fault: answer(200, '<html>Hello', 'text/html'), means: 'ODD BODY' },
    'is a page that claims to be JSON': { fault: answer(200, '<html>Hello'), means: 'ODD BODY' },
    'is broken JSON': { fault: answer(200, '{"status":"SUCCESS",'), means: 'ODD BODY' },
    'is empty': { fault: answer(200, ''), means: 'ODD BODY' },
    'is null': { fault: answer(200, 'null'), means: 'ODD BODY' },
    'is an object of nothing': { fault: answer(200, '{}'), means: 'ODD BODY' },
    'is a list of nothing': { fault: answer(200, '[null]'), means: 'ODD BODY' },
    'is a string': { fault: answer(200, '"SUCCESS"'), means: 'ODD BODY' },
    'has members of wrong types': {
      fault: answer(
        200,
        '{"access_token":7,"token_type":{},"active":"yes","status":[],"id":1,"profile":"x"}',
      ),
      means: 'ODD BODY',
    },
    'ends in the middle': { fault: { kind: 'truncate' }, means: 'NO CONNECTION' },
    'stops in the middle': {
      fault: raw('before', (response) => {
        response.writeHead(200, { ...json, 'content-length': '100' });
        response.write('{"status":');
      }),
      isSlow: true,
      means: 'NONE',
    },
    'drips, a byte a tenth of a second': {
      fault: raw('before', drip),
      isSlow: true,
      means: 'NONE',
    },
    'has 200 MB': { fault: raw('before', pourOut), means: 'NONE' },
    'is a gzip bomb': {
      fault: raw('before', (response) => {
        response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb);
      }),
      means: 'ODD BODY',
    },
  };
}
