import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LogInDocument } from '../../../src/clients/storefront/documents/graphql.ts';
import { createUpstream } from '../../../src/okta/http/admission.ts';
import type { Attempt } from '../../../src/okta/http/call.ts';
import { type CircuitChange, createCircuits } from '../../../src/okta/http/circuit-breaker.ts';
import { createHttp } from '../../../src/okta/http/client.ts';
import type { OktaCallRecord } from '../../../src/okta/wire/call-record.ts';
import type { OktaEndpoint } from '../../../src/okta/wire/endpoints.ts';
import { startStack } from '../../support/start.ts';
import { startRawServer } from './raw-server.ts';

const epoch = Date.parse('2026-11-23T07:00:00Z');

type Answer = (response: ServerResponse) => unknown;

const good: Answer = (response) => response.end('{}');
const broken: Answer = (response) => response.destroy();
const status =
  (code: number): Answer =>
  (response) =>
    response.writeHead(code).end('{}');

async function start(first: Answer) {
  const okta = { now: epoch, answer: first };
  const server = await startRawServer((response) => okta.answer(response));
  const changes: CircuitChange[] = [];
  const calls: OktaCallRecord[] = [];
  const now = () => okta.now;
  const upstream = createUpstream({ now, onCircuit: (change) => changes.push(change) });
  const observe = (call: OktaCallRecord) => calls.push(call);
  const http = createHttp({ callTimeoutMs: 3_000, now, observe, upstream });
  onTestFinished(() => http.close());
  const send = (endpoint: OktaEndpoint, signal = new AbortController().signal) =>
    http.exchange((sendNow) =>
      sendNow(
        { endpoint, method: 'POST', url: server.url, headers: {}, body: '{}' },
        { requestId: 'req-1', signal, shopper: null },
      ),
    );
  /** One after the other. @returns the status, or the code of why there was none */
  const ask = async (times: number, endpoint: OktaEndpoint = 'authn') => {
    const outcomes: (number | string)[] = [];
    for (let time = 0; time < times; time += 1) {
      outcomes.push(await send(endpoint).then((answer) => answer.status, codeOf));
    }
    return outcomes;
  };
  return { okta, server, upstream, changes, calls, send, ask };
}

const codeOf = (error: Error & { cause?: { code?: string } }) => error.cause?.code ?? error.message;
const states = (changes: readonly CircuitChange[]) => changes.map(({ state }) => state);

describe('after 20 calls in a row without an answer', () => {
  it.each([
    ['broken connections', broken, 'UND_ERR_SOCKET'],
    ['503', status(503), 503],
  ])('(%s) the next are refused without a call', async (_, answer, outcome) => {
    const { server, ask, calls, changes, upstream } = await start(answer);
    expect(await ask(20)).toEqual(Array(20).fill(outcome));
    expect(await ask(3)).toEqual(Array(3).fill('CIRCUIT_OPEN'));
    expect([server.requests(), calls.length]).toEqual([20, 20]);
    expect(changes).toEqual([{ bucket: 'authn', state: 'OPEN' }]);
    const { authn } = upstream.stats().buckets;
    expect(authn).toMatchObject({ circuit: 'OPEN', shed: { circuit: { interactive: 3 } } });
  });

  it('one call every five seconds tests Okta, while no caller waits for it', async () => {
    const { okta, server, ask, changes } = await start(broken);
    await ask(20);
    okta.now += 4_999;
    expect(await ask(1)).toEqual(['CIRCUIT_OPEN']);
    okta.now += 1;
    expect(await ask(2)).toEqual(['UND_ERR_SOCKET', 'CIRCUIT_OPEN']);
    okta.now += 5_000;
    const held: ServerResponse[] = [];
    okta.answer = (response) => held.push(response);
    const probe = ask(1);
    await vi.waitFor(() => expect(held).toHaveLength(1));
    expect(await ask(50)).toEqual(Array(50).fill('CIRCUIT_OPEN'));
    expect(server.requests()).toBe(22);
    okta.answer = good;
    held[0]?.end('{}');
    expect(await probe).toEqual([200]);
    expect(await ask(30)).toEqual(Array(30).fill(200));
    expect(states(changes)).toEqual(['OPEN', 'HALF_OPEN', 'OPEN', 'HALF_OPEN', 'CLOSED']);
  });

  it('other endpoints go on, and readiness asks whatever has happened', async () => {
    const { server, ask } = await start(broken);
    await ask(20);
    expect(await ask(1, 'token/password')).toEqual(['UND_ERR_SOCKET']);
    const before = server.requests();
    await ask(15, 'keys');
    // Each a second time, as every read that has lost its connection.
    expect(server.requests() - before).toBe(30);
  });

  it('those who wait for a connection are not sent', async () => {
    const { server, send } = await start((response) => setTimeout(() => response.destroy(), 20));
    const sent = await Promise.allSettled(Array.from({ length: 100 }, () => send('authn')));
    // 36 had a connection, and each of the first 19 to fail left it to another.
    expect(server.requests()).toBe(55);
    const codes = sent.map((each) => (each.status === 'rejected' ? codeOf(each.reason) : ''));
    expect(codes.filter((code) => code === 'CIRCUIT_OPEN')).toHaveLength(45);
  });

  it('a probe whose caller goes away leaves its place to the next', async () => {
    const { okta, server, ask, send } = await start(broken);
    await ask(20);
    okta.now += 5_000;
    okta.answer = () => undefined;
    const caller = new AbortController();
    const probe = send('authn', caller.signal);
    await vi.waitFor(() => expect(server.requests()).toBe(21));
    caller.abort(new Error('gone'));
    await expect(probe).rejects.toThrow('gone');
    okta.answer = good;
    expect(await ask(2)).toEqual([200, 200]);
  });
});

describe('without a connection', () => {
  const failed: Attempt = { failure: 'DEADLINE' };
  const answered = (): Attempt => ({
    response: new Response(),
    head: { status: 200, headers: {} },
  });

  function circuit(now: () => number) {
    const changes: CircuitChange[] = [];
    const circuits = createCircuits({ now, onChange: (change) => changes.push(change) });
    const run = async (work: () => Promise<Attempt>) => {
      if (circuits.check('token') !== null) return 'refused';
      circuits.begin('token');
      return 'failure' in (await circuits.run('token', work)) ? 'failed' : 'answered';
    };
    const fail = async (times: number) => {
      for (let time = 0; time < times; time += 1) await run(async () => failed);
    };
    /** A call in flight until the test ends it. */
    const hold = () => {
      let end = (_attempt: Attempt): void => undefined;
      const outcome = run(() => new Promise((resolve) => (end = resolve)));
      return { outcome, end: (attempt: Attempt) => end(attempt) };
    };
    return { circuits, run, fail, hold, changes };
  }

  it('a clock that was set back does not keep the circuit open', async () => {
    const system = vi.spyOn(Date, 'now').mockReturnValue(epoch);
    onTestFinished(() => system.mockRestore());
    const { run, fail } = circuit(() => Date.now());
    await fail(20);
    expect(await run(async () => answered())).toBe('refused');
    system.mockReturnValue(epoch - 3_600_000);
    expect(await run(async () => answered())).toBe('answered');
    expect(await run(async () => answered())).toBe('answered');
  });

  it('who got a turn before the break and uses it after makes no call, beside a probe neither', async () => {
    let now = epoch;
    const { circuits, fail, hold } = circuit(() => now);
    const work = vi.fn(async () => answered());
    const late = () => circuits.run('token', work).catch(codeOf);
    circuits.begin('token');
    await fail(20);
    expect(await late()).toBe('CIRCUIT_OPEN');
    now += 5_000;
    const probe = hold();
    expect(await late()).toBe('CIRCUIT_OPEN');
    probe.end(answered());
    expect(await probe.outcome).toBe('answered');
    expect(work).not.toHaveBeenCalled();
  });

  it('what was sent before the break says nothing of what the probe has found', async () => {
    let now = epoch;
    const { run, fail, hold, changes } = circuit(() => now);
    const [slow, slower, slowest] = [hold(), hold(), hold()];
    await fail(20);
    slow.end(answered());
    expect(await slow.outcome).toBe('answered');
    expect(await run(async () => answered())).toBe('refused');
    now += 5_000;
    const probe = hold();
    slower.end(failed);
    expect(await slower.outcome).toBe('failed');
    probe.end(answered());
    expect(await probe.outcome).toBe('answered');
    await fail(19);
    slowest.end(failed);
    await slowest.outcome;
    expect(await run(async () => answered())).toBe('answered');
    expect(states(changes)).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
  });
});

describe('it is no outage', () => {
  it.each([
    ['401', status(401)],
    ['429', status(429)],
    ['an answer that is too large', (response) => response.end('x'.repeat(2 * 1024 * 1024))],
  ] satisfies [string, Answer][])('when Okta answers with %s', async (_, answer) => {
    const { server, ask, changes } = await start(answer);
    await ask(25);
    expect([server.requests(), changes]).toEqual([25, []]);
  });

  it('when callers go away', async () => {
    const { server, send, changes } = await start(() => undefined);
    for (let time = 1; time <= 25; time += 1) {
      const caller = new AbortController();
      const sent = send('authn', caller.signal).catch(() => undefined);
      await vi.waitFor(() => expect(server.requests()).toBe(time), { interval: 2 });
      caller.abort();
      await sent;
    }
    expect(changes).toEqual([]);
  });

  it('when one call of twenty is answered', async () => {
    const { okta, ask, changes } = await start(status(500));
    await ask(19);
    okta.answer = status(400);
    await ask(1);
    okta.answer = status(500);
    await ask(19);
    expect(changes).toEqual([]);
  });
});

it('an Okta that is down costs log-ins 20 calls, and they go on within six seconds of its return', async () => {
  const stack = await startStack();
  onTestFinished(() => stack.close());
  const path = '/oauth2/default/v1/token';
  const logIn = async (times: number) => {
    const answers = Array.from({ length: times }, () =>
      stack.gql(LogInDocument, { input: stack.okta.seeded.customer }),
    );
    return (await Promise.all(answers)).map(({ data }) => data?.logIn.__typename);
  };
  const undo = stack.okta.fail({ path, fault: { kind: 'answer', status: 503 } });
  onTestFinished(undo);
  stack.okta.requests.clear();
  expect(new Set(await logIn(20))).toEqual(new Set(['UpstreamUnavailable']));
  expect(new Set(await logIn(20))).toEqual(new Set(['UpstreamUnavailable']));
  expect(stack.okta.requests.all().filter((seen) => seen.path === path)).toHaveLength(20);
  expect(stack.logs.some((line) => line.includes('NoAnswer CIRCUIT_OPEN'))).toBe(true);
  undo();
  stack.clock.advance(5_000);
  expect(await logIn(1)).toEqual(['LogInSuccess']);
  expect(await logIn(3)).toEqual(Array(3).fill('LogInSuccess'));
});
