import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** One request that was written to the last byte. */
export interface Sent {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

/** How the requests of all callers have ended. */
export interface Tally {
  answered: number;
  /** By type of the answer or code of the error. */
  readonly outcomes: Map<string, number>;
  readonly ms: number[];
  /** Written in full on a connection that had been answered before, and never answered. */
  readonly lost: Lost[];
  /** The same, of a connection whose first request it was: the system may not have given it on. */
  readonly lostFirst: Lost[];
  /** No connection was to be had. */
  refused: number;
}

export interface Lost {
  readonly at: number;
  /** Process id of the worker; null where none has answered yet. */
  readonly worker: number | null;
  readonly name: string;
}

export function newTally(): Tally {
  return { answered: 0, outcomes: new Map(), ms: [], lost: [], lostFirst: [], refused: 0 };
}

export interface Ask {
  readonly name: string;
  readonly headers: string;
  readonly body: string;
  readonly onAnswer?: (sent: Sent) => void;
}

interface CallerOptions {
  readonly port: () => number;
  readonly next: () => Ask;
  readonly tally: () => Tally;
  /** Between an answer and the next request, on average; 0: none. */
  readonly pauseMs: () => number;
  readonly signal: AbortSignal;
}

/** Keeps one connection as long as it may, and asks one thing after another. */
export async function call(options: CallerOptions): Promise<void> {
  await wait(Math.random() * options.pauseMs());
  while (!options.signal.aborted) {
    const wellEnded = await oneConnection(options);
    if (!wellEnded) await wait(50);
  }
}

/** @returns false where there was none */
function oneConnection({ port, next, tally, pauseMs, signal }: CallerOptions): Promise<boolean> {
  const socket = connect({ port: port(), host: '127.0.0.1', noDelay: true });
  let worker: number | null = null;
  let answers = 0;
  let asked: { readonly ask: Ask; readonly at: number; written: boolean } | null = null;
  let text = '';
  const write = () => {
    if (socket.destroyed) return;
    if (signal.aborted) return void socket.end();
    const ask = next();
    const current = { ask, at: performance.now(), written: false };
    asked = current;
    const length = Buffer.byteLength(ask.body);
    const head = `POST /graphql HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${ask.headers}\r\n`;
    socket.write(head + ask.body, (error) => {
      current.written = !error;
    });
  };
  socket.once('connect', write);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const answer = readAnswer(text);
    if (answer === null || asked === null) return;
    text = '';
    const { ask, at } = asked;
    asked = null;
    answers += 1;
    worker = Number(/X-Worker: (\d+)/i.exec(answer.head)?.[1] ?? 0) || worker;
    const sent = { status: answer.status, body: answer.body, ms: performance.now() - at };
    note(tally(), sent);
    ask.onAnswer?.(sent);
    if (/\r\nConnection: close/i.test(answer.head)) socket.end();
    else if (pauseMs() === 0) write();
    else setTimeout(write, (0.5 + Math.random()) * pauseMs());
  });
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (asked?.written) {
        const lost = { at: performance.now(), worker, name: asked.ask.name };
        (answers === 0 ? tally().lostFirst : tally().lost).push(lost);
      } else if (answers === 0) tally().refused += 1;
      resolve(answers > 0);
    });
  });
}

function readAnswer(text: string): { status: number; head: string; body: string } | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = text.slice(0, end);
  const length = Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1] ?? 0);
  const body = text.slice(end + 4);
  return body.length < length ? null : { status: Number(head.slice(9, 12)), head, body };
}

function note(tally: Tally, { status, body, ms }: Sent): void {
  tally.answered += 1;
  tally.ms.push(ms);
  const code = /"code":"([A-Z_]+)"/.exec(body)?.[1];
  const type = /"__typename":"(\w+)"/.exec(body)?.[1];
  const outcome = code ?? type ?? `HTTP ${status}`;
  tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1);
}
