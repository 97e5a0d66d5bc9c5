import { expect, test } from 'vitest';
import { worstStall } from '../server/nasty-bodies.ts';
import { startStack } from '../support/start.ts';

test('no body under 64 KiB holds the server up for 50 ms', async () => {
  const stack = await startStack({ production: true });
  const bodies = 2_000;
  const worst = await worstStall(stack.url, { bodies, allowedMs: 50 });
  await stack.close();
  const head = '| Generated bodies under 64 KiB | Worst delay of the event loop |\n| --- | --- |';
  process.stdout.write(`\n${head}\n| ${bodies} | ${Math.round(worst)} ms |\n\n`);
  expect(worst).toBeLessThan(50);
});
