import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { InvalidCredentials, UpstreamUnavailable } from '../../../src/identity/errors.ts';
import { freePort } from '../../support/free-port.ts';
import { callContext } from '../start.ts';
import { client, epoch, everywhere } from './http-client.ts';
import { type RawServer, startRawServer } from './raw-server.ts';

const deadlineMs = 300;
async function unusedUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}

/** A connection that came about when its call was over goes after the keep-alive time of 4 s. */
const gone = (server: RawServer) =>
  vi.waitFor(() => expect(server.openSockets()).toBe(0), { timeout: 6000 });

describe('the deadline of a call', () => {
  const slow: Record<string, Parameters<typeof startRawServer>[0]> = {
    'no answer': () => undefined,
    'a body that stops half-way': (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"a":');
    },
    'a body that drips': (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    },
  };

  it.each(Object.entries(slow))('holds for %s, and releases the socket', async (_, answer) => {
    const server = await startRawServer(answer);
    const { send, calls } = client(server.url);
    const startedAt = performance.now();
    const error = await send().catch((thrown) => thrown);
    expect(performance.now() - startedAt).toBeLessThan(deadlineMs * 2);
    expect(error).toBeInstanceOf(UpstreamUnavailable);
    expect(error.cause.code).toBe('DEADLINE');
    expect(calls).toMatchObject([{ status: null, failure: 'DEADLINE', requestId: 'req-1' }]);
    await gone(server);
  });

  it('begins when there is a free connection: 100 calls at once all get their answer', async () => {
    const longMs = 600;
    const server = await startRawServer((response) => {
      setTimeout(() => response.end('{}'), longMs / 3);
    });
    const { send, calls } = client(server.url, longMs);
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 100 }, () => send()));
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect(performance.now() - startedAt).toBeGreaterThan(longMs);
    for (const { durationMs } of calls) expect(durationMs).toBeLessThan(longMs);
  });

  it('holds for each of those who waited, in turn', async () => {
    const server = await startRawServer(() => undefined);
    const { send } = client(server.url);
    const startedAt = performance.now();
    const answers = await Promise.allSettled(
      // Each circuit has 19 failures, and stays closed.
      everywhere(95, send),
    );
    expect(performance.now() - startedAt).toBeLessThan(deadlineMs * 4);
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    expect(server.requests()).toBe(95);
    await gone(server);
  });

  it('leaves no timer behind an answer that came in time', async () => {
    const server = await startRawServer((response) => response.end('{}'));
    const { send } = client(server.url, 60_000);
    await send();
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
    const before = timers.length;
    await Promise.all([send(), send(), send()]);
    expect(
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
    ).toBeLessThanOrEqual(before + 2);
  });
});

describe('a caller', () => {
  it('may make many calls at once, and each ends when it goes', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const server = await startRawServer(() => undefined);
    const { send } = client(server.url, 10_000);
    const caller = new AbortController();
    const answers = Promise.allSettled(everywhere(30, send, { signal: caller.signal }));
    await vi.waitFor(() => expect(server.requests()).toBe(30));
    caller.abort(new Error('gone'));
    for (const answer of await answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { message: 'gone' } });
    }
    expect(warnings).toEqual([]);
  });
});

describe('connections', () => {
  it('are at most 40, kept for the next call, and gone after close', async () => {
    const server = await startRawServer((response) => setTimeout(() => response.end('{}'), 5));
    const { http, send } = client(server.url, 5000);
    await Promise.all(everywhere(200, send));
    expect(server.mostSockets()).toBe(40);
    expect(server.openSockets()).toBe(40);
    await http.close();
    await gone(server);
  });

  it('are broken off when the caller goes away', async () => {
    const server = await startRawServer(() => undefined);
    const { send, calls } = client(server.url, 60_000);
    const caller = new AbortController();
    const sent = send({ signal: caller.signal });
    await vi.waitFor(() => expect(server.requests()).toBe(1));
    const reason = new Error('gone');
    caller.abort(reason);
    await expect(sent).rejects.toBe(reason);
    expect(calls).toMatchObject([{ failure: 'ABORTED' }]);
    await gone(server);
  });

  it('are waited for as long as the caller does, and then not sent to', async () => {
    const server = await startRawServer(() => undefined);
    const { send, calls } = client(server.url, 60_000);
    const caller = new AbortController();
    const { signal } = caller;
    const others = everywhere(40, send, { signal });
    await vi.waitFor(() => expect(server.requests()).toBe(40));
    const startedAt = performance.now();
    const waiting = send({ signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - startedAt).toBeLessThan(1000);
    caller.abort(new Error('gone'));
    await Promise.allSettled(others);
    expect([server.requests(), calls.length]).toEqual([40, 40]);
  });

  it('lead nowhere but to the URL: a redirect is an answer', async () => {
    const target = await startRawServer((response) => response.end());
    const server = await startRawServer((response) => {
      response.writeHead(307, { location: target.url }).end();
    });
    const response = await client(server.url).send({
      headers: { authorization: 'Basic c2VjcmV0' },
    });
    expect(response.status).toBe(307);
    expect(target.requests()).toBe(0);
  });
});

describe('an answer', () => {
  it('may have a mebibyte', async () => {
    const body = 'x'.repeat(1024 * 1024);
    const server = await startRawServer((response) => response.end(body));
    const response = await client(server.url, 5000).send();
    expect((await response.text()).length).toBe(body.length);
  });

  it.each([
    ['with its length given', { 'content-length': String(64 * 1024 * 1024) }],
    ['in chunks', {}],
  ])('of more is not read on, %s', async (_, headers) => {
    const piece = 'x'.repeat(256 * 1024);
    const written = { bytes: 0 };
    const server = await startRawServer((response) => {
      response.writeHead(200, headers);
      const more = () => {
        if (response.destroyed || written.bytes >= 64 * 1024 * 1024) return;
        written.bytes += piece.length;
        if (response.write(piece)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    const { send, calls } = client(server.url, 5000);
    await expect(send()).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(calls).toMatchObject([{ failure: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' }]);
    await gone(server);
    expect(written.bytes).toBeLessThan(16 * 1024 * 1024);
  });
});

describe('an answer in gzip', () => {
  it('is not unpacked: it was not requested, and it may be a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024));
    const server = await startRawServer((response, request) => {
      expect(request.headers['accept-encoding']).toBeUndefined();
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    const response = await client(server.url, 5000).send();
    expect((await response.arrayBuffer()).byteLength).toBeLessThan(3 * bomb.length);
  });
});

describe('a second try', () => {
  it.each([
    ['users/list', 2],
    ['introspect', 2],
    ['introspect/log-out', 2],
    ['keys', 2],
    ['meta/schemas/user', 2],
    ['token/password', 1],
    ['token/refresh_token', 1],
    ['authn', 1],
    ['users/create', 1],
    ['authn/credentials/reset_password', 1],
  ] as const)('after a broken connection: %s is sent %i times', async (endpoint, times) => {
    const server = await startRawServer((response) => response.destroy());
    const { send, calls } = client(server.url, 2000);
    await expect(send({ endpoint })).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(server.requests()).toBe(times);
    expect(calls).toHaveLength(times);
  });

  it('names the socket error where no server listens', async () => {
    const { send, calls } = client(await unusedUrl());
    const error = await send({ endpoint: 'keys' }).catch((thrown) => thrown);
    expect(error.cause.code).toBe('ECONNREFUSED');
    expect(calls.map(({ failure }) => failure)).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });

  const limited = (resetIn: number) => (response: ServerResponse) =>
    response
      .writeHead(429, {
        date: new Date(epoch).toUTCString(),
        'x-rate-limit-limit': '600',
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': String(epoch / 1000 + resetIn),
      })
      .end('{}');

  it('waits for the reset of a rate limit that falls before the deadline', async () => {
    let first = true;
    const server = await startRawServer((response) => {
      if (first) limited(1)(response);
      else response.end('{}');
      first = false;
    });
    const { send, calls } = client(server.url, 2000);
    expect((await send({ endpoint: 'users/list' })).status).toBe(200);
    expect(calls.map(({ status }) => status)).toEqual([429, 200]);
  });

  it.each([
    ['users/list', 60],
    ['token/password', 1],
  ] as const)('does not wait at %s for a reset in %i s', async (endpoint, resetIn) => {
    const server = await startRawServer(limited(resetIn));
    const startedAt = performance.now();
    expect((await client(server.url, 2000).send({ endpoint })).status).toBe(429);
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(server.requests()).toBe(1);
  });
});

describe('what the log gets', () => {
  const headers = {
    'x-okta-request-id': 'okta-7',
    'x-rate-limit-limit': '600',
    'x-rate-limit-remaining': '598',
    'x-rate-limit-reset': '1795417260',
  };
  const logged = async (status: number, body: string, more: Record<string, string> = {}) => {
    const server = await startRawServer((response) => {
      response.writeHead(status, { ...headers, ...more }).end(body);
    });
    const { send, calls } = client(server.url);
    await send();
    return calls;
  };

  it('is the name of the endpoint, the ids and the limits', async () => {
    expect(await logged(200, '{}')).toEqual([
      {
        endpoint: 'authn',
        status: 200,
        durationMs: expect.any(Number),
        oktaRequestId: 'okta-7',
        requestId: 'req-1',
        rateLimit: { limit: 600, remaining: 598, resetAt: new Date(1795417260_000) },
        failure: null,
        unreadable: [],
      },
    ]);
  });

  it.each([
    [401, '{"errorCode":"E0000004","errorSummary":"s"}', 'E0000004'],
    [400, '{"error":"invalid_grant"}', 'invalid_grant'],
    [400, '{"error":"anna@example.com"}', 'HTTP_400'],
    [502, '<html>anna@example.com', 'HTTP_502'],
  ])('of a refusal with %i is a code alone: %s', async (status, body, failure) => {
    expect(await logged(status, body)).toMatchObject([{ status, failure }]);
  });

  it('keeps Okta’s id of the request where the body breaks', async () => {
    const server = await startRawServer((response) => {
      response.writeHead(200, { ...headers, 'content-length': '100' });
      response.write('{"a":', () => response.destroy());
    });
    const { send, calls } = client(server.url);
    await expect(send()).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(calls).toMatchObject([
      { status: null, oktaRequestId: 'okta-7', rateLimit: { limit: 600 } },
    ]);
    expect(calls[0]?.failure).toMatch(/^[A-Z_]+$/);
  });

  it('reports once how the answer was read', async () => {
    const server = await startRawServer((response) => response.end('{}'));
    const { http, calls } = client(server.url);
    const request = { endpoint: 'authn', method: 'POST', url: server.url, headers: {} } as const;
    const exchange = (outcome: Error | null) =>
      http.exchange(async (send) => {
        await send(request, callContext());
        if (outcome !== null) throw outcome;
      });
    await exchange(null);
    await exchange(new UpstreamUnavailable()).catch(() => undefined);
    await exchange(new InvalidCredentials()).catch(() => undefined);
    expect(calls.map(({ failure }) => failure)).toEqual([null, 'UNEXPECTED_ANSWER', null]);
  });

  it('of a redirect is its error, and never its code', async () => {
    const denied = 'http://app.example/cb?error=access_denied&error_description=x';
    expect(await logged(302, '', { location: denied })).toMatchObject([
      { failure: 'access_denied' },
    ]);
    const granted = await logged(302, '', { location: 'http://app.example/cb?code=secret' });
    expect(JSON.stringify(granted)).not.toContain('secret');
  });
});
