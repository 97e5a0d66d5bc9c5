import { type IncomingHttpHeaders, request } from 'node:http';
import { onTestFinished, vi } from 'vitest';

/** One server-sent event, as it came. */
export interface Frame {
  /** Null: an account event. */
  readonly name: string | null;
  /** Null: none. */
  readonly id: string | null;
  readonly data: Record<string, unknown>;
}

export interface OpenEvents {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What has come so far, byte by byte. */
  text(): string;
  frames(): readonly Frame[];
  /** Account events so far. */
  events(): readonly Frame[];
  named(name: string): readonly Frame[];
  /** Resolves when the server has closed the stream. */
  readonly ended: Promise<void>;
  /** Stops and goes on reading, so that the server has to keep what it sends. */
  pause(): void;
  resume(): void;
  close(): void;
}

/**
 * Reads `GET /events` as it is on the wire, until the test is finished.
 * @param at a URL without a path, or the path of a Unix socket
 */
export function openEvents(
  at: string,
  headers: Readonly<Record<string, string>>,
): Promise<OpenEvents> {
  return new Promise((resolve, reject) => {
    const options = { path: '/events', headers, agent: false };
    const sent = at.startsWith('/')
      ? request({ ...options, socketPath: at })
      : request(at, options);
    sent.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
      });
      const ended = new Promise<void>((end) => answer.once('close', end));
      answer.on('error', () => undefined);
      const frames = () => text.split('\n\n').slice(0, -1).map(readFrame);
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        text: () => text,
        frames,
        events: () => frames().filter(({ name }) => name === null),
        named: (name) => frames().filter((frame) => frame.name === name),
        ended,
        pause: () => answer.pause(),
        resume: () => answer.resume(),
        close: () => sent.destroy(),
      });
    });
    sent.on('error', reject);
    sent.end();
    onTestFinished(() => {
      sent.destroy();
    });
  });
}

function readFrame(text: string): Frame {
  const fields = new Map(
    text.split('\n').map((line) => {
      const end = line.indexOf(': ');
      return [line.slice(0, end), line.slice(end + 2)] as const;
    }),
  );
  return {
    name: fields.get('event') ?? null,
    id: fields.get('id') ?? null,
    data: JSON.parse(fields.get('data') ?? '{}'),
  };
}

/** Waits until the check holds. */
export function soon<Result>(check: () => Result): Promise<Result> {
  return vi.waitFor(check, { timeout: 8_000, interval: 5 });
}
