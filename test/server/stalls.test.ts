import { afterAll, beforeAll, test } from 'vitest';
import { type Stack, startStack } from '../support/start.ts';
import { worstStall } from './nasty-bodies.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ production: true });
});
afterAll(() => stack.close());

test('no body under 64 KiB holds the server up', async () => {
  // Twice what the bench asks for: other tests run at the same time.
  await worstStall(stack.url, { bodies: 120, allowedMs: 100 });
});
