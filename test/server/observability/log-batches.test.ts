import { expect, onTestFinished, test, vi } from 'vitest';
import { inBatches } from '../../../src/server/observability/log-batches.ts';

function startSink(maxBytes: number | null = 12) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const writes: string[] = [];
  const sink = { write: (text: string) => void writes.push(text), flushSync: () => {} };
  return { writes, log: inBatches(sink, maxBytes) };
}

test('the lines of a moment are one write', () => {
  const { writes, log } = startSink();
  log.write('one\n');
  log.write('two\n');
  expect(writes).toEqual([]);
  vi.advanceTimersByTime(10);
  log.write('three\n');
  vi.advanceTimersByTime(10);
  expect(writes).toEqual(['one\ntwo\n', 'three\n']);
});

test('a flush leaves no line behind, and the moment after it writes none twice', () => {
  const { writes, log } = startSink();
  log.write('one\n');
  log.flushSync();
  expect(writes).toEqual(['one\n']);
  vi.advanceTimersByTime(10);
  expect(writes).toEqual(['one\n']);
});

test('no write but that of a single line is longer than asked', () => {
  const { writes, log } = startSink();
  for (const line of ['one\n', 'two\n', 'three\n', 'as long as it is\n', 'four\n']) log.write(line);
  vi.advanceTimersByTime(10);
  expect(writes).toEqual(['one\ntwo\n', 'three\n', 'as long as it is\n', 'four\n']);
});

test('without a bound a moment is one write, however long', () => {
  const { writes, log } = startSink(null);
  for (const line of ['one\n', 'two\n', 'three\n', 'four\n']) log.write(line);
  vi.advanceTimersByTime(10);
  expect(writes).toEqual(['one\ntwo\nthree\nfour\n']);
});
