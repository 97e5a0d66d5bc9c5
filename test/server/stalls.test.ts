import { afterAll, beforeAll, test } from 'vitest';
import { type Stack, startStack } from '../start.ts';
import { worstStall } from './nasty-bodies.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ production: true });
});
afterAll(() => stack.close());

test('no body under 64 KiB holds the server up', async () => {
  // Far above what the bench asks for, so that only another order of magnitude fails.
  await worstStall(stack.url, { bodies: 120, allowedMs: 250 });
});
