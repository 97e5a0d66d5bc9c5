import { hash } from 'node:crypto';
import fc from 'fast-check';
import type { Modules } from './modules.ts';
import type { ModelEvent, ModelToken, Target } from './rule.ts';
import type { ServerFaults } from './servers.ts';
import { maxStaleMs, World } from './world.ts';

const tokenOf = (name: string, userId: string, sessionId: string | null): ModelToken => ({
  name,
  userId,
  sessionId,
});
const tokens = [
  tokenOf('t0', 'u0', 's0'),
  tokenOf('t1', 'u0', 's0'),
  tokenOf('t2', 'u0', 's1'),
  tokenOf('t3', 'u0', null),
  tokenOf('t4', 'u1', 's2'),
  tokenOf('t5', 'u1', 's3'),
  tokenOf('t6', 'u2', 's4'),
  tokenOf('t7', 'u3', 's5'),
];

const target: fc.Arbitrary<Target> = fc.oneof(
  fc.constantFrom('u0', 'u1', 'u2').map((userId) => ({ kind: 'user' as const, userId })),
  fc
    .constantFrom(['u0', 's0'], ['u0', 's1'], ['u1', 's2'], ['u1', 's3'])
    .chain(([userId = '', sessionId = '']) =>
      fc
        .constantFrom('session' as const, 'others' as const)
        .map((kind) => ({ kind, userId, sessionId })),
    ),
  fc.constantFrom('t0', 't4', 't6').map((token) => ({
    kind: 'token' as const,
    token,
    digest: hash('sha256', token, 'base64url'),
  })),
);
/** Mostly doubts: a token that has ended tells nothing more. */
const event: fc.Arbitrary<ModelEvent> = fc.record({
  target,
  ends: fc.integer({ max: 3, min: 0 }).map((one) => one === 0),
});
const index = fc.nat({ max: 7 });
const server = fc.nat({ max: 8 }).map((one) => (one === 8 ? 2 : one % 2));
const share = fc.constantFrom(0, 0.3, 0.9, 1, 1, 1);

type Step = (world: World) => void;
const step = <Values extends unknown[]>(
  values: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> },
  name: string,
  run: (world: World, ...values: Values) => void,
) =>
  fc.tuple(...values).map((chosen): Step => {
    const one: Step = (world) => run(world, ...(chosen as Values));
    return Object.assign(one, { [fc.toStringMethod]: () => `${name} ${JSON.stringify(chosen)}` });
  });

const validate = step<[number]>([index], 'validate', (world, one) => {
  world.validate(at(tokens, one));
});
const validateFresh = step<[number]>([index], 'validate fresh', (world, one) => {
  world.validate(at(tokens, one), true);
});
const arrive = step<[number, number, boolean]>(
  [index, server, fc.boolean()],
  'arrive',
  (world, one, where, waits) => {
    const waiting = world.inFlight.filter(({ judged }) => judged === null);
    if (waiting.length > 0) world.arrive(at(waiting, one), at(world.servers.all, where), waits);
  },
);
const deliver = step<[number]>([index], 'deliver', (world, one) => {
  const judged = world.inFlight.filter((question) => question.judged !== null);
  if (judged.length > 0) world.deliver(at(judged, one));
});
const publish = step<[ModelEvent]>([event], 'publish', (world, one) => world.publish(one));
const near = step<[ModelEvent, number]>([event, fc.nat({ max: 1 })], 'near', (world, one, where) =>
  world.near(at(world.servers.all, where), one),
);
const advance = step<[number]>([server], 'advance', (world, where) => {
  world.advance(at(world.servers.all, where));
});
const connect = step<[number, number]>([server, share], 'connect', (world, where, delivered) => {
  world.connect(at(world.servers.all, where));
  world.deliverBytes(delivered);
});

const steps = fc.oneof(
  { arbitrary: validate, weight: 8 },
  { arbitrary: validateFresh, weight: 1 },
  { arbitrary: arrive, weight: 9 },
  { arbitrary: deliver, weight: 9 },
  { arbitrary: publish, weight: 4 },
  { arbitrary: near, weight: 3 },
  { arbitrary: step([], 'commit', (world) => world.servers.commit()), weight: 1 },
  { arbitrary: advance, weight: 8 },
  { arbitrary: connect, weight: 7 },
  {
    arbitrary: step<[number]>([share], 'bytes', (world, one) => world.deliverBytes(one)),
    weight: 8,
  },
  { arbitrary: step([], 'heartbeat', (world) => world.heartbeat()), weight: 3 },
  { arbitrary: step<[number]>([share], 'cut', (world, one) => world.cut(one)), weight: 3 },
  { arbitrary: step([], 'repeat', (world) => world.repeat()), weight: 1 },
  { arbitrary: step([], 'gap', (world) => world.gap()), weight: 1 },
  { arbitrary: step([], 'restart', (world) => world.restart()), weight: 1 },
  {
    arbitrary: step([], 'trim', (world) => {
      world.servers.trimmed = world.servers.log.length;
    }),
    weight: 1,
  },
  {
    arbitrary: step<[boolean]>([fc.boolean()], 'cut off', (world, one) => {
      at(world.servers.all, 0).isCutOff = one;
    }),
    weight: 1,
  },
  {
    arbitrary: step<[number]>([fc.constantFrom(100, 2_000, 61_000)], 'wait', (world, ms) => {
      world.elapsed += ms;
      world.wall += ms;
    }),
    weight: 2,
  },
  {
    arbitrary: step<[number]>([fc.constantFrom(-50_000, 50_000)], 'clock', (world, ms) => {
      world.wall += ms;
    }),
    weight: 1,
  },
);

/** How a run went, for figures over all of them. */
export interface Tally {
  cuts: number;
  hits: number;
}

/** Fails where the cache is wrong at any step, or good for nothing in the end. */
export function rightness(modules: Modules, faults: ServerFaults, tally: Tally) {
  return fc.asyncProperty(fc.array(steps, { minLength: 30, maxLength: 70 }), async (all) => {
    const world = new World(modules, tokens, faults);
    for (const one of all) {
      one(world);
      await settle();
      check(world);
    }
    tally.cuts += world.cuts;
    tally.hits += await calm(world);
  });
}

function check(world: World): void {
  const [fault] = world.faults;
  if (fault !== undefined) throw new Error(fault);
  for (const token of tokens) {
    const wrong = world.checkEntry(token);
    if (wrong !== null) throw new Error(`${token.name}: ${wrong}`);
  }
}

/** All is well for a while: each good token is let in by one question at most, and no other at all. */
async function calm(world: World): Promise<number> {
  const home = at(world.servers.all, 0);
  world.servers.commitAll();
  for (const one of world.servers.all) one.isCutOff = false;
  world.connect(home);
  for (const one of world.servers.all) while (world.advance(one));
  await answerAll(world);
  world.elapsed += maxStaleMs;
  world.wall += maxStaleMs;
  world.heartbeat();
  world.deliverBytes(1);
  await settle();

  let hits = 0;
  for (const token of tokens) {
    // It may have been refused by a server that had heard less, for five seconds at most.
    const asked = world.asked;
    world.validate(token);
    await answerAll(world);
    check(world);
    if (world.asked > asked + 1) throw new Error(`${token.name}: asked for more than once.`);
    const isIn = world.validate(token) !== null;
    if (isIn === world.servers.ended.has(token.name)) throw new Error(`${token.name}: wrong.`);
    await answerAll(world);
    if (isIn) hits += 1;
  }
  return hits;
}

async function answerAll(world: World): Promise<void> {
  await settle();
  for (let question = world.inFlight[0]; question !== undefined; question = world.inFlight[0]) {
    if (question.judged === null) world.arrive(question, at(world.servers.all, 0), true);
    world.deliver(question);
    await settle();
  }
}

/** Lets everything that waits for a promise go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await null;
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('Nothing to choose from.');
  return item;
}
