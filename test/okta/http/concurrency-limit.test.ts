import type { ServerResponse } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { UpstreamUnavailable } from '../../../src/identity/errors.ts';
import type { OktaEndpoint } from '../../../src/okta/wire/endpoints.ts';
import { client, epoch, everywhere } from './http-client.ts';
import { startRawServer } from './raw-server.ts';

describe('connections', () => {
  it('are not all taken by what hangs: log-ins go on beside batches, and batches on their own', async () => {
    const server = await startRawServer((response, request) => {
      if (request.headers['x-hang'] === undefined) response.end('{}');
    });
    const { send } = client(server.url, 60_000);
    const caller = new AbortController();
    const hang = (endpoint: OktaEndpoint, count: number) =>
      Array.from({ length: count }, () =>
        send({ endpoint, signal: caller.signal, headers: { 'x-hang': '1' } }).catch(() => 'gone'),
      );
    const batches = hang('users/list', 100);
    const validations = hang('introspect', 100);
    await vi.waitFor(() => expect(server.requests()).toBe(20));
    expect((await send({ endpoint: 'token/refresh_token' })).status).toBe(200);
    expect((await send({ endpoint: 'introspect/log-out' })).status).toBe(200);
    const logIns = hang('authn', 100);
    await vi.waitFor(() => expect(server.inFlight()).toBe(40));
    caller.abort(new Error('gone'));
    await Promise.all([...batches, ...validations, ...logIns]);
    expect((await send({ endpoint: 'users/list' })).status).toBe(200);
  });

  it('are given to log-ins first, and in each priority to who came first', async () => {
    const order: unknown[] = [];
    const held: ServerResponse[] = [];
    const server = await startRawServer((response, request) => {
      const name = request.headers['x-name'];
      if (name === undefined) held.push(response);
      else response.end('{}', () => order.push(name));
    });
    const { send } = client(server.url, 60_000);
    const first = everywhere(40, send);
    await vi.waitFor(() => expect(held).toHaveLength(40));
    const others = (['users/list', 'introspect', 'token/refresh_token', 'authn'] as const).flatMap(
      (endpoint) =>
        [1, 2].map((nth) => send({ endpoint, headers: { 'x-name': `${endpoint} ${nth}` } })),
    );
    // One connection for the eight of them.
    held[0]?.end('{}');
    await vi.waitFor(() => expect(order).toHaveLength(8));
    expect(order).toEqual([
      'authn 1',
      'authn 2',
      'token/refresh_token 1',
      'token/refresh_token 2',
      'introspect 1',
      'introspect 2',
      'users/list 1',
      'users/list 2',
    ]);
    for (const response of held) response.end('{}');
    await Promise.all([...first, ...others]);
  });

  it('are fewer while Okta says that there are too many at a time', async () => {
    let tooMany = true;
    const server = await startRawServer((response) => {
      const headers = {
        date: new Date(epoch).toUTCString(),
        'x-rate-limit-limit': '0',
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': String(epoch / 1000 + 30),
      };
      setTimeout(
        () => response.writeHead(tooMany ? 429 : 200, tooMany ? headers : {}).end('{}'),
        5,
      );
    });
    const { send, upstream } = client(server.url, 5_000);
    await Promise.all(everywhere(40, send));
    expect(upstream.stats().connections.limit).toBe(20);
    tooMany = false;
    await Promise.all(everywhere(19, send));
    expect(upstream.stats().connections.limit).toBe(20);
    await Promise.all(everywhere(200, send));
    expect(upstream.stats().connections.limit).toBeGreaterThan(25);
  });

  it('are not waited for by more than a thousand of a priority', async () => {
    const server = await startRawServer(() => undefined);
    const { send } = client(server.url, 60_000);
    const caller = new AbortController();
    const all = Array.from({ length: 1_037 }, () =>
      send({ signal: caller.signal }).catch((error) => error),
    );
    const last = await all[1_036];
    expect(last).toBeInstanceOf(UpstreamUnavailable);
    expect(last.cause.code).toBe('QUEUE_FULL');
    caller.abort(new Error('gone'));
    await Promise.all(all);
  });
});
