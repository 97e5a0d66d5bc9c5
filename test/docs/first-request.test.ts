import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../support/start.ts';

const page = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

/** The body and the credentials of the first curl of a page that sends JSON. */
function requestOf(path: string) {
  const [, text = ''] = /```sh\n(curl [\s\S]*?-d '[\s\S]*?)```/.exec(page(path)) ?? [];
  const [, body = ''] = /-d '([\s\S]*)'/.exec(text) ?? [];
  const [, user = null] = /-u (\S+)/.exec(text) ?? [];
  return { body, user };
}

async function send({ body, user }: ReturnType<typeof requestOf>) {
  const basic = user === null ? {} : { authorization: `Basic ${btoa(user)}` };
  const headers = { 'content-type': 'application/json', ...basic };
  const response = await fetch(`${stack.url}/graphql`, { method: 'POST', headers, body });
  return response.json();
}

test('the request of the README gives tokens, and that of the validation page judges one', async () => {
  const { data } = await send(requestOf('README.md'));
  expect(data.logIn).toMatchObject({ __typename: 'LogInSuccess' });
  const { body, user } = requestOf('docs/validation.md');
  const asked = body.replace('eyJ…', data.logIn.tokens.accessToken);
  const judged = await send({ body: asked, user });
  expect(judged.data.validateToken).toMatchObject({
    active: true,
    user: { email: 'demo@example.com' },
  });
});
