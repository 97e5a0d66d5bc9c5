import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modules } from '../clients/backend/model/modules.ts';
import { rightness } from '../clients/backend/model/steps.ts';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 60);

test('however long the stream is cut at random, no verdict is used that an event has made untrue', async () => {
  const tally = { cuts: 0, hits: 0 };
  // `numRuns` is never reached: the time ends it.
  const until = { numRuns: 100_000_000, interruptAfterTimeLimit: seconds * 1000 };
  await fc.assert(rightness(modules, {}, tally), until);
  process.stdout.write(`${tally.cuts} cuts, ${tally.hits} tokens let in from memory\n`);
  expect(tally.cuts).toBeGreaterThan(1_000);
}, 0);
