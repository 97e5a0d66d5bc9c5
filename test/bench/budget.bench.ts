import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';
import { RefreshTokenRejected } from '../../src/identity/errors.ts';
import { createUpstream, maxConnections, type Upstream } from '../../src/okta/http/admission.ts';
import { createOktaProvider } from '../../src/okta/provider.ts';
import { embeddedConfig } from '../okta/embedded-config.ts';
import { callContext } from '../okta/start.ts';

/** Per minute, of an Integrator org: ten times as much is sent to each. */
const rateLimits = { token: 300, oauth: 300, users: 100 };
const times = 10;

const kinds = ['logIn', 'refresh', 'introspect', 'findUsers'] as const;
type Kind = (typeof kinds)[number];
type Counts = Record<Kind, number>;

const counts = (): Counts => ({ logIn: 0, refresh: 0, introspect: 0, findUsers: 0 });
const rows: string[] = [];

interface Burst {
  readonly name: string;
  /** A fifth of the limit is what refreshes leave to log-ins, whenever these come. */
  readonly logIns: number;
  readonly overMs: number;
  /** Where in the burst log-ins come, from 0 to 1. */
  readonly placeOf: () => number;
}

/** What there was before: 40 at a time, in the order in which they come. */
function inOrder(): Upstream {
  const line: (() => void)[] = [];
  let taken = 0;
  return {
    circuits: { run: (_bucket, work) => work() },
    async acquire() {
      if (taken === maxConnections) await new Promise<void>((resolve) => line.push(resolve));
      else taken += 1;
      return {
        release() {
          const next = line.shift();
          if (next === undefined) taken -= 1;
          else next();
        },
      };
    },
    closedForMs: () => 0,
    spacingMs: () => 0,
    stats: () => createUpstream({ now: Date.now }).stats(),
  };
}

/** What is to be sent and when, in the order of time. */
function planOf({ logIns, placeOf }: Burst): readonly { kind: Kind; place: number }[] {
  const many = (kind: Kind, length: number, place: () => number) =>
    Array.from({ length }, () => ({ kind, place: place() }));
  return [
    ...many('logIn', logIns, placeOf),
    ...many('refresh', times * rateLimits.token - logIns, Math.random),
    ...many('introspect', times * rateLimits.oauth, Math.random),
    ...many('findUsers', times * rateLimits.users, Math.random),
  ].sort((one, other) => one.place - other.place);
}

async function measure(burst: Burst, upstream: Upstream) {
  const okta = await startEmbeddedOkta({ rateLimits, perUsernamePerSecond: 10_000 });
  const provider = createOktaProvider(embeddedConfig(okta), {
    now: Date.now,
    observe: () => undefined,
    upstream,
  });
  const answered = counts();
  let sent = 0;
  const send = (kind: Kind): Promise<unknown> => {
    sent += 1;
    const context = callContext();
    if (kind === 'logIn') return provider.logIn(okta.seeded.customer, context);
    // An unknown one costs as much as any, and is answered with what a customer would not mind.
    if (kind === 'refresh') return provider.refresh(`unknown-${sent}`, context);
    if (kind === 'introspect') return provider.introspect(`unknown-${sent}`, context);
    return provider.findUsers([`00u${10_000_000_000_000_000 + sent}`], context);
  };
  const ask = async (kind: Kind) => {
    const answer = await send(kind).catch((error: unknown) => error);
    const isAnswer = !(answer instanceof Error) || answer instanceof RefreshTokenRejected;
    if (isAnswer) answered[kind] += 1;
  };
  // The limits are known before a burst, as in a process that has served requests.
  for (const kind of kinds) await ask(kind);
  okta.requests.clear();
  Object.assign(answered, counts());
  const startedAt = performance.now();
  await Promise.all(
    planOf(burst).map(async ({ kind, place }) => {
      const dueMs = startedAt + place * burst.overMs - performance.now();
      if (dueMs > 0) await wait(dueMs);
      await ask(kind);
    }),
  );
  const refused = okta.requests.all().filter(({ status }) => status === 429).length;
  await provider.close();
  await okta.close();
  return { answered, refused, lost: burst.logIns - answered.logIn };
}

const fifth = rateLimits.token / 5 - 1;
const bursts: readonly Burst[] = [
  { name: 'log-ins in between', logIns: fifth, overMs: 3_000, placeOf: Math.random },
  { name: 'log-ins last', logIns: fifth, overMs: 3_000, placeOf: () => 1 },
  { name: 'all at once', logIns: fifth, overMs: 0, placeOf: Math.random },
];

for (const burst of bursts) {
  test(`${burst.name}: no log-in that fits is lost`, async () => {
    for (const [name, upstream] of [
      ['without', inOrder()],
      ['with', createUpstream({ now: Date.now })],
    ] as const) {
      const { answered, refused, lost } = await measure(burst, upstream);
      const { logIn, refresh, introspect, findUsers } = answered;
      rows.push(
        `| ${burst.name} | ${name} | ${lost} of ${burst.logIns} | ${refused} | ${logIn} / ${refresh} / ${introspect} / ${findUsers} |`,
      );
      if (name === 'with') expect({ lost, refused }).toEqual({ lost: 0, refused: 0 });
    }
  });
}

afterAll(() => {
  const head = [
    '| 7,000 calls, ten times the limits | Budget | Log-ins lost that fit | 429s of Okta | Answered: log-ins / refreshes / introspections / profile batches |',
    '| --- | --- | --- | --- | --- |',
  ];
  process.stdout.write(`\n${[...head, ...rows].join('\n')}\n\n`);
});
