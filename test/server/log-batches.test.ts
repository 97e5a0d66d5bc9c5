import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inBatches } from '../../src/server/log-batches.ts';

function startSink() {
  const writes: string[] = [];
  const sink = { write: (text: string) => void writes.push(text), flushSync: () => {} };
  return { writes, log: inBatches(sink, 12) };
}

test('the lines of one turn of the event loop are one write', async () => {
  const { writes, log } = startSink();
  log.write('one\n');
  log.write('two\n');
  expect(writes).toEqual([]);
  await nextTurn();
  log.write('three\n');
  await nextTurn();
  expect(writes).toEqual(['one\ntwo\n', 'three\n']);
});

test('a flush leaves no line behind, and the turn after it writes none twice', async () => {
  const { writes, log } = startSink();
  log.write('one\n');
  log.flushSync();
  expect(writes).toEqual(['one\n']);
  await nextTurn();
  expect(writes).toEqual(['one\n']);
});

test('no write but that of a single line is longer than asked', async () => {
  const { writes, log } = startSink();
  for (const line of ['one\n', 'two\n', 'three\n', 'as long as it is\n', 'four\n']) log.write(line);
  await nextTurn();
  expect(writes).toEqual(['one\ntwo\n', 'three\n', 'as long as it is\n', 'four\n']);
});
