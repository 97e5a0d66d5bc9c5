import type { RawHeaders } from '../wire/rate-limit.ts';

export interface ResponseHead {
  readonly status: number;
  readonly headers: RawHeaders;
}

/** An answer that was read in full. */
export interface Answer extends ResponseHead {
  readonly text: string;
}

/**
 * A Response, since oauth4webapi takes nothing else, that has a text and no stream. One of the fetch API
 * checks each header and puts the text into a stream, which takes longer than to send the call.
 */
export class OktaResponse extends Response {
  readonly #answer: Answer;
  #headers: Headers | null = null;

  constructor(answer: Answer) {
    super();
    this.#answer = answer;
  }

  override get status(): number {
    return this.#answer.status;
  }

  override get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Created at first use, since few readers need them. */
  override get headers(): Headers {
    this.#headers ??= toHeaders(this.#answer.headers);
    return this.#headers;
  }

  override async text(): Promise<string> {
    return this.#answer.text;
  }

  override async json(): Promise<unknown> {
    return JSON.parse(this.#answer.text);
  }

  override clone(): OktaResponse {
    return new OktaResponse(this.#answer);
  }
}

function toHeaders(raw: RawHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return headers;
}
