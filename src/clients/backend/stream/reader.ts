import { setTimeout as wait } from 'node:timers/promises';
import { retryAfterSeconds } from '../api/api-client.ts';
import { authorizationOf, type ServiceCredentials } from '../api/credentials.ts';
import { BackOff } from './back-off.ts';
import { type ServerSentEvent, SseParser } from './sse-parser.ts';

export interface ReaderOptions {
  /** Of the stream itself. */
  readonly url: string;
  readonly service: ServiceCredentials;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
  /** The position to resume from; null for none. */
  readonly lastEventId: () => string | null;
  /** How long the stream may be silent. */
  readonly silenceMs: () => number;
  /** Throws where the stream makes no sense, which ends the connection. */
  readonly onFrame: (frame: ServerSentEvent) => void;
  readonly onState: (state: 'interrupted' | 'refused', problem: string) => void;
}

/** How long a refusal of the credentials stands, while the secret stays the same. */
const refusedMs = 60_000;
/** How often the secret is read meanwhile. */
const secretCheckMs = 1_000;

/** Text for `status().problem`; anything else that is thrown might quote an address or a header. */
class StreamProblem extends Error {}

class Refusal extends StreamProblem {
  readonly authorization: string;

  constructor(status: number, authorization: string) {
    super(`The API refuses the credentials of this backend (${status}).`);
    this.authorization = authorization;
  }
}

/** Reads `GET /events` over and over, until it is closed. */
export class StreamReader {
  readonly #options: ReaderOptions;
  readonly #closed = new AbortController();
  readonly #backOff = new BackOff(Math.random);
  /** When the connection has sent its first frame. */
  #liveSince: number | null = null;

  constructor(options: ReaderOptions) {
    this.#options = options;
    void this.#run();
  }

  close(): void {
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      this.#liveSince = null;
      const problem = await this.#readOnce().catch((error: unknown) => error);
      if (signal.aborted) return;
      if (this.#liveSince !== null) this.#backOff.ended(performance.now() - this.#liveSince);
      if (problem instanceof Refusal) await this.#waitForSecret(problem);
      else await this.#waitForNext(problem);
    }
  }

  /** @returns what ended the connection */
  async #readOnce(): Promise<unknown> {
    const silence = new Watchdog(this.#options.timeoutMs);
    const signal = AbortSignal.any([this.#closed.signal, silence.signal]);
    try {
      const body = await this.#connect(signal);
      await this.#readFrames(body, silence);
      return new StreamProblem('The API ended the stream.');
    } catch (error) {
      return silence.signal.aborted ? new StreamProblem('The stream went silent.') : error;
    } finally {
      silence.stop();
    }
  }

  async #connect(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const { url, service, lastEventId } = this.#options;
    const authorization = await authorizationOf(service).catch(() => {
      throw new StreamProblem('The secret of this backend cannot be read.');
    });
    const headers: Record<string, string> = {
      Accept: 'text/event-stream',
      Authorization: authorization,
    };
    const id = lastEventId();
    if (id !== null) headers['Last-Event-ID'] = id;
    const response = await this.#options.fetch(url, { headers, redirect: 'error', signal });
    const { status, body } = response;
    const type = response.headers.get('content-type') ?? '';
    if (status === 200 && body !== null && type.startsWith('text/event-stream')) return body;
    await body?.cancel();
    if (status === 401 || status === 403) throw new Refusal(status, authorization);
    this.#backOff.ask((retryAfterSeconds(response.headers.get('retry-after')) ?? 0) * 1000);
    throw new StreamProblem(
      status === 200 ? 'The API answers with no stream.' : `The API answers ${status}.`,
    );
  }

  async #readFrames(body: ReadableStream<Uint8Array>, silence: Watchdog): Promise<void> {
    const { onFrame, silenceMs } = this.#options;
    const backOff = this.#backOff;
    let isFirst = true;
    let retryMs = 0;
    const parser = new SseParser({
      onEvent: (frame) => {
        // Any other frame has it for readers without a back-off of their own.
        if (frame.event === 'goodbye') backOff.ask(retryMs);
        if (isFirst && frame.event !== 'hello') throw new StreamProblem('The stream has no hello.');
        isFirst = false;
        this.#liveSince ??= performance.now();
        onFrame(frame);
        // Only a whole frame counts: bytes of half a frame say nothing of what has happened.
        silence.allow(silenceMs());
      },
      onRetry(ms) {
        retryMs = ms;
      },
    });
    for await (const chunk of body) parser.feed(chunk);
  }

  async #waitForNext(problem: unknown): Promise<void> {
    const text =
      problem instanceof StreamProblem ? problem.message : 'The API could not be reached.';
    this.#options.onState('interrupted', text);
    await this.#wait(this.#backOff.next());
  }

  /** Until the secret is another one, or a minute has passed. */
  async #waitForSecret({ message, authorization }: Refusal): Promise<void> {
    const { service, onState } = this.#options;
    onState('refused', message);
    for (let waited = 0; waited < refusedMs; waited += secretCheckMs) {
      await this.#wait(secretCheckMs);
      const now = await authorizationOf(service).catch(() => authorization);
      if (now !== authorization || this.#closed.signal.aborted) return;
    }
  }

  /** Ends early when the reader is closed. */
  async #wait(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#closed.signal, ref: false }).catch(() => undefined);
  }
}

/** Aborts when nothing has come for a while. */
class Watchdog {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = this.#start(ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  allow(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start(ms);
  }

  /** Also ends what still uses the signal. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }

  #start(ms: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      // After a long computation timers come before what has arrived meanwhile: let that be read first.
      setImmediate(() => {
        if (this.#timer === timer) this.#controller.abort();
      });
    }, ms);
    return timer.unref();
  }
}
