import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTurnBatch } from '../../../src/server/http/turn-batch.ts';

test('what comes in one turn starts before the next, however much it is', async () => {
  const turnBatch = createTurnBatch();
  const started: number[] = [];
  for (let index = 0; index < 1_000; index += 1) turnBatch(() => started.push(index));
  expect(started).toEqual([]);
  await nextTurn();
  expect(started).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
});

test('each step is done for all that start together before the next step', async () => {
  const turnBatch = createTurnBatch();
  const steps: string[] = [];
  for (const name of ['a', 'b']) {
    turnBatch(() => {
      steps.push(`${name}1`);
      void Promise.resolve().then(() => steps.push(`${name}2`));
    });
  }
  await nextTurn();
  expect(steps).toEqual(['a1', 'b1', 'a2', 'b2']);
});

test('what starts may let more start', async () => {
  const turnBatch = createTurnBatch();
  let count = 0;
  const again = () => {
    count += 1;
    if (count < 200) turnBatch(again);
  };
  for (let index = 0; index < 64; index += 1) turnBatch(again);
  for (let turns = 0; turns < 10; turns += 1) await nextTurn();
  expect(count).toBe(263);
});
