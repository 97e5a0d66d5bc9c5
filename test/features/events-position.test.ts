import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  ValidateTokenDocument,
  type ValidateTokenInput,
} from '../../src/clients/storefront/documents/graphql.ts';
import { parsePosition } from '../../src/events/position.ts';
import { call } from '../embedded/call.ts';
import { openEvents, soon } from '../support/event-stream.ts';
import { type Stack, startStack } from '../support/start.ts';
import { logIn } from './flows.ts';

// What an answer says reflects every event up to the position in its header: a cache depends on it.

const secret = 'a-secret-of-this-hook';
const customers = Array.from({ length: 6 }, (_, index) => ({
  id: `00ucrowd${String(index).padStart(12, '0')}`,
  email: `customer-${index}@example.com`,
  password: 'Correct-Horse-7',
}));
let stack: Stack;
const tokens = new Map<string, string>();
beforeAll(async () => {
  stack = await startStack({ secrets: { hookSecrets: [secret] }, seed: { users: customers } });
  await stack.okta.hooks.register({ url: `${stack.url}/hooks/okta`, secret });
  for (const customer of customers) {
    const { accessToken } = await logIn(stack, customer);
    tokens.set(customer.id, accessToken);
  }
  await stack.okta.hooks.settled();
  // Tokens from around the time of an event are introspected.
  stack.clock.advance(121_000);
});
afterAll(() => stack.close());

async function ask(userId: string, how: Partial<ValidateTokenInput> = {}) {
  const input = { token: tokens.get(userId) ?? '', ...how };
  const headers = { authorization: stack.basic };
  const { data, headers: sent } = await stack.gql(ValidateTokenDocument, { input }, headers);
  if (!data?.validateToken) throw new Error('No answer.');
  const position = parsePosition(sent.get('events-position') ?? '')?.major ?? Number.NaN;
  return { ...data.validateToken, position };
}
async function atOkta(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void> {
  await call(stack.okta, [method, `/api/v1/users/${path}`], { body });
  await stack.okta.hooks.settled();
}
/** Sends a question whose answer of Okta comes late, with what was true before. */
async function askLate(path: string, question: () => ReturnType<typeof ask>) {
  // The keys of the issuer are no part of it.
  await ask(customers[5]?.id ?? '');
  onTestFinished(stack.okta.fail({ path, fault: { kind: 'delay', ms: 700 }, times: 1 }));
  stack.okta.requests.clear();
  const answer = question();
  await soon(() => {
    const paths = stack.okta.requests.all().map((request) => request.path);
    expect(paths.filter((asked) => asked.startsWith(path))).toHaveLength(1);
  });
  // Not as the result of this function, which would wait for it.
  return { answer };
}

test('a profile that was read before a change is never given with the position of the change', async () => {
  const [{ id }] = customers as [(typeof customers)[0]];
  stack.clock.advance(121_000);
  const early = await askLate('/api/v1/users', () => ask(id));
  const before = (await ask('none')).position;
  await atOkta('POST', id, { profile: { firstName: 'Augusta' } });
  const after = await ask(id);
  expect(after.position).toBeGreaterThan(before);
  expect(after.user?.firstName).toBe('Augusta');
  const { user, position } = await early.answer;
  expect(user?.firstName).not.toBe('Augusta');
  expect(position).toBe(before);
});

test('an introspection that began before a revocation is never given with its position', async () => {
  const [, { id }] = customers as [object, (typeof customers)[0]];
  const early = await askLate('/oauth2/default/v1/introspect', () =>
    ask(id, { freshness: 'INTROSPECT' }),
  );
  await atOkta('DELETE', `${id}/sessions?oauthTokens=true`);
  const [cached, local] = await Promise.all([ask(id, { freshness: 'CACHED' }), ask(id)]);
  expect([cached.active, local.active]).toEqual([false, false]);
  const { position } = await early.answer;
  expect(position).toBeLessThan(cached.position);
});

test('whenever events come between questions, no answer with the position of an end says active', async () => {
  const stream = await openEvents(stack.url, { authorization: stack.basic });
  await soon(() => expect(stream.named('hello')).toHaveLength(1));
  const ended = customers.slice(2).map(({ id }) => id);
  const answers: { readonly id: string; readonly active: boolean; readonly position: number }[] =
    [];
  const questions: Promise<unknown>[] = [];
  for (const victim of ended) {
    for (let round = 0; round < 4; round += 1) {
      for (const id of ended) {
        questions.push(
          ask(id).then(({ active, position }) => answers.push({ id, active, position })),
        );
      }
      if (round === 1) questions.push(atOkta('POST', `${victim}/lifecycle/suspend`));
      await new Promise(setImmediate);
    }
    await Promise.race(questions.slice(-3));
  }
  await Promise.all(questions);
  const ends = new Map<string, number>();
  await soon(() => {
    for (const { id, data } of stream.events()) {
      const { sub } = data['sub_id'] as { sub: string };
      const isEnd = Object.keys(data['events'] ?? {})[0]?.endsWith('/account-disabled');
      if (isEnd) ends.set(sub, parsePosition(id ?? '')?.major ?? Number.NaN);
    }
    expect([...ends.keys()].sort()).toEqual(ended);
  });
  const isPast = ({ id, position }: (typeof answers)[0]) => position >= (ends.get(id) ?? 0);
  expect(answers.filter((answer) => isPast(answer) && answer.active)).toEqual([]);
  expect(answers.filter((answer) => !isPast(answer) && answer.active).length).toBeGreaterThan(4);
});
