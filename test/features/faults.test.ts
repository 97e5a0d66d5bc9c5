import { createServer } from 'node:http';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { loadOktaSdk } from '../../src/okta/management/sdk.ts';
import { embeddedOktaCredentials } from '../../src/wire/embedded-okta-config.ts';
import { listenLocally } from '../support/local-url.ts';
import { type FaultMode, faultModes, written } from '../support/okta-faults.ts';
import { type Answer, type Stack, startStack } from '../support/start.ts';
import { type Ask, type Operation, operations, seed } from './fault-operations.ts';
import { accountOperations, accountUsers } from './fault-operations-account.ts';

const callTimeoutMs = 2_000;
/** Where redirects lead. */
const elsewhere = { url: '', visits: 0 };
const lures = createServer((_, response) => {
  elsewhere.visits += 1;
  response.end('{}');
});
const modesAt = (now: number) => faultModes({ now, elsewhere: elsewhere.url });
const modeNames = Object.keys(modesAt(0));
/** Alone and in its own time it is held to what is promised; among other tests to what tells a fault. */
const isWhole = process.env['FAULTS'] === 'all';
const all = { ...operations, ...accountOperations };
/** Each way in meets these, and whatever reads. */
const foremost: readonly string[] = ['comes late', 'never comes', 'is lost once', 'is null'];
/** And all operations a part of the others, in turn, unless FAULTS=all asks for every one. */
function modesOf(name: string, operation: Operation): readonly string[] {
  const isAccount = name in accountOperations;
  const shift = Object.values(all).indexOf(operation);
  return modeNames.filter((mode, index) => {
    if (isWhole) return true;
    if (isAccount) return (index + shift) % 14 === 0;
    return foremost.includes(mode) || (index + shift) % 7 === 0;
  });
}
function modeOf(name: string, now: number): FaultMode {
  const mode = modesAt(now)[name];
  if (mode === undefined) throw new Error(name);
  return mode;
}

/** So that calls which are in time stay so, however many operations wait for one that is not. */
const inTurn = createTurns(isWhole ? 1 : 3);

function createTurns(most: number) {
  const waiting: (() => void)[] = [];
  let free = most;
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

interface Seen {
  /** What the caller got, and what Okta. */
  readonly ends: string;
  /** What the caller gets once Okta is well; of some modes. */
  readonly then?: string;
  readonly ms: number;
}

function outcomeOf({ data, errors }: Pick<Answer<object>, 'data' | 'errors'>): string {
  const [result] = Object.values(data ?? {});
  const failure = errors?.[0]?.extensions?.['code'] ?? result?.code;
  return String(failure ?? result?.__typename);
}

function callsTo({ okta }: Stack): string {
  const short = (path: string) =>
    path
      .replace(/^\/api\/v1\/|^\/oauth2\/(default\/)?v1\//, '')
      .replace(/^\/idp\/myaccount\//, '')
      .replace(/^(users|authn\/factors)\/[^/]+/, '$1/:id')
      .replaceAll(/\/((clients|tokens|factors|emails|challenge)\/)[^/]+/g, '/$1:id')
      .replace(/^emails\/[^/]+/, 'emails/:id');
  return (
    okta.requests
      .all()
      // Once for all operations, and not one of theirs.
      .filter(({ path }) => !path.endsWith('/keys'))
      .map(({ method, path }) => `${method} ${short(path)}`)
      .join(', ')
  );
}

/** Whether Okta has done what it was asked for, whatever becomes of the answer. */
const acts = ({ fault }: FaultMode) =>
  !(fault.kind === 'answer' || ('when' in fault && fault.when === 'before'));

async function meet(stack: Stack, operation: Operation, mode: FaultMode, ask: Ask): Promise<Seen> {
  const { okta } = stack;
  okta.requests.clear();
  const [method, path] = operation.at;
  const { fault, times } = mode;
  const undo = okta.fail({ method, path, fault, ...(times && { times }) });
  const startedAt = performance.now();
  const outcome = outcomeOf(await ask());
  const ms = performance.now() - startedAt;
  undo();
  return { ends: `${outcome}: ${callsTo(stack)}`, ms };
}

async function meetAll(
  modes: readonly string[],
  operation: Operation,
): Promise<Readonly<Record<string, Seen>>> {
  const { flow = 'password', accounts, repeatable = true, keepsState = true } = operation;
  const stack = await startStack({
    seed: { users: [...seed.users, ...accountUsers] },
    flow,
    profileTtlSeconds: 0,
    okta: { callTimeoutMs },
    ...(accounts && { accounts }),
  });
  const { apiToken } = stack.okta.seeded;
  // No call for a token of the API's own among those of an operation.
  const management = { method: 'ssws', apiToken } as const;
  stack.replaceSecrets({ okta: { ...embeddedOktaCredentials(stack.okta), management } });
  const prepare = async () => {
    await stack.okta.reset();
    // After the rechecks of tokens that a lost answer causes.
    stack.clock.advance(61_000);
    return operation.prepare(stack);
  };
  const seen: Record<string, Seen> = {};
  let ask = await inTurn(prepare);
  for (const name of modes) {
    const mode = modeOf(name, stack.clock.now());
    const one = () => meet(stack, operation, mode, ask);
    const met = mode.isSlow ? await one() : await inTurn(one);
    // Past what the limits say.
    if (mode.means === 'LIMITED') stack.clock.advance(61_000);
    const tried = acts(mode) || mode.means === 'LIMITED';
    seen[name] = await inTurn(async () => {
      if (!tried && keepsState) return met;
      const again = tried && repeatable ? ask : await prepare();
      const then = tried ? outcomeOf(await again()) : undefined;
      if (tried) ask = await prepare();
      else ask = again;
      return then === undefined ? met : { ...met, then };
    });
  }
  await stack.close();
  return seen;
}

function twice(calls: string): string {
  const last = calls.split(', ').at(-1);
  return `${calls}, ${last}`;
}

function expected(operation: Operation, name: string, { means }: FaultMode): string {
  const { upTo, calls, succeeds, sentAgain = false, takenBack, always, but = {} } = operation;
  const exception = always ?? but[name] ?? but[means];
  if (exception !== undefined) return exception;
  const unavailable = 'UPSTREAM_UNAVAILABLE';
  const failed = takenBack === undefined ? upTo : `${upTo}, ${takenBack}`;
  switch (means) {
    case 'GOOD':
      return `${succeeds}: ${calls}`;
    case 'LIMITED':
      // With no time given a second is waited, which a read has left before its deadline.
      return `RATE_LIMITED: ${sentAgain && name.includes('without') ? twice(upTo) : failed}`;
    case 'NO CONNECTION':
      return `${unavailable}: ${sentAgain ? twice(upTo) : failed}`;
    case 'LOST':
      return sentAgain
        ? `${succeeds}: ${twice(upTo)}${calls.slice(upTo.length)}`
        : `${unavailable}: ${failed}`;
    case 'NONE':
    case 'ODD BODY':
      return `${unavailable}: ${failed}`;
  }
}

type Lane = Promise<
  { readonly seen: Readonly<Record<string, Seen>> } | { readonly error: unknown }
>;
const lanes = new Map<string, Lane>();
let before = { sockets: 0, timers: 0 };
function heldNow(): typeof before {
  const held = process.getActiveResourcesInfo();
  const count = (kind: string) => held.filter((name) => name === kind).length;
  return { sockets: count('TCPSocketWrap'), timers: count('Timeout') };
}

beforeAll(async () => {
  await loadOktaSdk();
  before = heldNow();
  elsewhere.url = `${await listenLocally(lures)}/`;
  for (const [name, operation] of Object.entries(all)) {
    const lane = meetAll(modesOf(name, operation), operation).then(
      (seen) => ({ seen }),
      (error: unknown) => ({ error }),
    );
    lanes.set(name, lane);
  }
});

const timeout = isWhole ? 600_000 : 120_000;
test.each(Object.entries(all))('%s', { timeout }, async (name, operation) => {
  const lane = await lanes.get(name);
  if (lane === undefined || 'error' in lane) throw lane?.error;
  const { seen } = lane;
  const table = modesOf(name, operation).map((mode) => [
    mode,
    expected(operation, mode, modeOf(mode, 0)),
  ]);
  expect(Object.entries(seen).map(([mode, { ends }]) => [mode, ends])).toEqual(table);
  for (const { then = operation.succeeds, ms } of Object.values(seen)) {
    expect(then).toBe(operation.succeeds);
    expect(ms).toBeLessThan(isWhole ? 5_200 : callTimeoutMs * 4);
  }
});

describe('after all of them', () => {
  test('no redirect was followed', () => {
    expect(elsewhere.visits).toBe(0);
    lures.close();
  });

  test('endless answers were cut off', () => {
    const answers = Object.entries(all).flatMap((one) => modesOf(...one)).length;
    expect(written.bytes / answers).toBeLessThan(16 * 1024 * 1024);
  });

  test('no socket and no timer is left', { timeout: 20_000 }, async () => {
    const isOver = () => {
      const { sockets, timers } = heldNow();
      expect(sockets).toBeLessThanOrEqual(before.sockets);
      expect(timers).toBeLessThanOrEqual(before.timers + 2);
    };
    await vi.waitFor(isOver, { timeout: 15_000, interval: 200 });
  });
});

test('huge answers and bombs leave the memory as it is', { timeout: 30_000 }, async () => {
  const stack = await startStack({ okta: { callTimeoutMs } });
  const ask = await operations['logIn, password']?.prepare(stack);
  const all = async () => {
    for (const name of ['has 200 MB', 'is a gzip bomb']) {
      const { fault } = modeOf(name, stack.clock.now());
      const undo = stack.okta.fail({ path: '/oauth2/default/v1/token', fault });
      for (let count = 0; count < 10; count += 1) await ask?.();
      undo();
    }
  };
  await all();
  const rss = process.memoryUsage().rss;
  await all();
  expect(process.memoryUsage().rss - rss).toBeLessThan((isWhole ? 30 : 64) * 1024 * 1024);
  await stack.close();
});
