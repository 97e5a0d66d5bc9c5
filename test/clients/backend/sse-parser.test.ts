import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ServerSentEvent, SseParser } from '../../../src/clients/backend/stream/sse-parser.ts';

interface Read {
  readonly events: readonly ServerSentEvent[];
  readonly retries: readonly number[];
}

function readByOurs(chunks: readonly Uint8Array[]): Read {
  const events: ServerSentEvent[] = [];
  const retries: number[] = [];
  const parser = new SseParser({
    onEvent: (event) => events.push(event),
    onRetry: (ms) => retries.push(ms),
  });
  for (const chunk of chunks) parser.feed(chunk);
  return { events, retries };
}

/** It is given the decoded text in one piece. */
function readByTheirs(text: string): Read {
  const events: ServerSentEvent[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onEvent: ({ event = 'message', data, id = null }) => events.push({ event, data, id }),
    onRetry: (ms) => retries.push(ms),
  });
  parser.feed(text.replace(/^\uFEFF/, ''));
  return { events, retries };
}

function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort(
    (a, b) => a - b,
  );
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, '')),
  fc.constantFrom('', ' ', '  two', '{"a":1}', '🙂', 'a:b', '12', '-1', '1e3', 'x\0y'),
);
const field = fc
  .tuple(fc.constantFrom('data', 'event', 'id', 'retry', 'other', 'Data', ''), value)
  .chain(([name, text]) => fc.constantFrom(`${name}:${text}`, `${name}: ${text}`, name));
const block = fc
  .tuple(fc.array(fc.tuple(field, lineEnd), { maxLength: 6 }), lineEnd)
  .map(([fields, end]) => `${fields.flat().join('')}${end}`);

test('a stream is read as by eventsource-parser, wherever it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(block, { maxLength: 5 }),
      fc.boolean(),
      fc.array(fc.nat(), { maxLength: 20 }),
      (blocks, hasMark, places) => {
        // Without a line of nothing but CR at the end, which may be half of one.
        const text = `${hasMark ? '\uFEFF' : ''}${blocks.join('')}: end\n`;
        const chunks = cut(new TextEncoder().encode(text), places);
        expect(readByOurs(chunks)).toEqual(readByTheirs(text));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('half an event at the end of a stream is not an event', () => {
  const bytes = new TextEncoder().encode('id: a.1\ndata: {}\n');
  expect(readByOurs([bytes]).events).toEqual([]);
});

test('an event without an id of its own has none, whatever came before it', () => {
  const bytes = new TextEncoder().encode('id: a.1\ndata: one\n\ndata: two\n\n');
  const ids = readByOurs([bytes]).events.map(({ id }) => id);
  expect(ids).toEqual(['a.1', null]);
});

test('an event without end is not buffered without end', () => {
  const chunk = new TextEncoder().encode('x'.repeat(1 << 16));
  const line = Array.from({ length: 17 }, () => chunk);
  expect(() => readByOurs(line)).toThrow('too long');
  const data = new TextEncoder().encode(`data: ${'x'.repeat(1 << 16)}\n`);
  const lines = Array.from({ length: 17 }, () => data);
  expect(() => readByOurs(lines)).toThrow('too long');
});
