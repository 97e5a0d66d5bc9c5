import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  LogOutDocument,
  ValidateTokenDocument,
} from '../../../src/clients/storefront/documents/graphql.ts';
import { bearer, logIn } from '../../features/flows.ts';
import { openEvents, soon } from '../../support/event-stream.ts';
import { type Stack, startStack } from '../../support/start.ts';
import { send } from '../tiny.ts';

let stack: Stack;
let accessToken: string;
beforeAll(async () => {
  stack = await startStack();
  ({ accessToken } = await logIn(stack));
});
afterAll(() => stack.close());

const authorized = () => ({ authorization: stack.basic });

test('a position is for services alone', async () => {
  const answer = await send(stack.url, {
    body: '{"query":"{ me { id } }"}',
    headers: bearer(accessToken),
  });
  expect(answer.status).toBe(200);
  expect(answer.headers).not.toHaveProperty('events-position');
});

test('a log-out here is sent with its position, which every later answer to a service has', async () => {
  const stream = await openEvents(stack.url, authorized());
  expect(stream.status).toBe(200);
  expect(stream.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  const [hello] = await soon(() => {
    expect(stream.named('hello')).toHaveLength(1);
    return stream.named('hello');
  });
  expect(hello?.data).toEqual({
    position: hello?.id,
    resumed: false,
    reach: 'local',
    completeUntil: null,
    keptFrom: expect.any(String),
    heartbeatSeconds: 1,
  });
  const ask = () =>
    stack.gql(ValidateTokenDocument, { input: { token: accessToken } }, authorized());
  const before = await ask();
  expect(before.headers.get('events-position')).toBe(hello?.id);
  await stack.gql(LogOutDocument, { input: { scope: 'EVERYWHERE' } }, bearer(accessToken));
  const [event] = await soon(() => {
    expect(stream.events()).not.toEqual([]);
    return stream.events();
  });
  const after = await ask();
  expect(after.data?.validateToken?.active).toBe(false);
  expect(after.headers.get('events-position')).toBe(stream.events().at(-1)?.id);
  expect(event?.data['sub_id']).toEqual({
    format: 'iss_sub',
    iss: stack.okta.issuer,
    sub: before.data?.validateToken?.userId,
  });
});
