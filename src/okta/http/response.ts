import type { Dispatcher } from 'undici';

/** An answer that was read in full. */
export interface Answer extends RawHead {
  readonly text: string;
}

interface RawHead {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
}

/** The status and the headers of an answer. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
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

  /** The same as the response itself, without `Headers`. */
  get head(): ResponseHead {
    return readHead(this.#answer);
  }

  override get status(): number {
    return this.#answer.status;
  }

  override get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Created at first use, since few answers need more than `head`. */
  override get headers(): Headers {
    this.#headers ??= toHeaders(this.#answer);
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

export function headOf(response: Response): ResponseHead {
  return response instanceof OktaResponse ? response.head : response;
}

/** As a Response has it. */
export function readHead({ status, headers }: RawHead): ResponseHead {
  const get = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  };
  return { status, headers: { get } };
}

function toHeaders(raw: RawHead): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return headers;
}
