/** One event of a stream (HTML Living Standard section 9.2.6). */
export interface ServerSentEvent {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly data: string;
  /** The `id` field of this event itself; null where it has none, or one that is not allowed. */
  readonly id: string | null;
}

export interface SseHandler {
  onEvent(event: ServerSentEvent): void;
  /** Milliseconds to wait before the next connection. */
  onRetry(ms: number): void;
}

/** No event of the API comes near it. */
const maxBuffered = 1 << 20;

/** Reads an event stream in pieces. `feed` throws where a line or an event is longer than a mebibyte. */
export class SseParser {
  readonly #handler: SseHandler;
  readonly #decoder = new TextDecoder();
  /** The line that is not complete yet. */
  #rest = '';
  /** The last piece ended with CR: an LF in front of the next belongs to it. */
  #endedWithCr = false;
  #event = '';
  #data: string[] = [];
  #dataLength = 0;
  #id: string | null = null;

  constructor(handler: SseHandler) {
    this.#handler = handler;
  }

  feed(chunk: Uint8Array): void {
    // The decoder also drops the byte order mark.
    let text = this.#decoder.decode(chunk, { stream: true });
    if (text === '') return;
    if (this.#endedWithCr && text.startsWith('\n')) text = text.slice(1);
    this.#endedWithCr = text === '' ? false : text.endsWith('\r');
    this.#rest += text;
    if (/[\r\n]/.test(text)) {
      const lines = this.#rest.split(/\r\n|\n|\r/);
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#readLine(line);
    }
    if (this.#rest.length + this.#dataLength > maxBuffered)
      throw new Error('The event is too long.');
  }

  #readLine(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    // A comment.
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const start = line.charAt(colon + 1) === ' ' ? colon + 2 : colon + 1;
    this.#readField(name, colon < 0 ? '' : line.slice(start));
  }

  #readField(name: string, value: string): void {
    switch (name) {
      case 'event':
        this.#event = value;
        return;
      case 'data':
        this.#data.push(value);
        this.#dataLength += value.length;
        return;
      case 'id':
        if (!value.includes('\0')) this.#id = value;
        return;
      case 'retry':
        if (/^\d+$/.test(value)) this.#handler.onRetry(Number(value));
    }
  }

  #dispatch(): void {
    if (this.#data.length > 0) {
      const event = this.#event || 'message';
      this.#handler.onEvent({ event, data: this.#data.join('\n'), id: this.#id });
    }
    this.#event = '';
    this.#data = [];
    this.#dataLength = 0;
    this.#id = null;
  }
}
