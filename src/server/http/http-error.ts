import type { ServerResponse } from 'node:http';

/** What goes out on the wire; `headers` come on top of those that every answer has. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** For an answer that goes on: called after the head was sent; `body` is not. */
  readonly stream?: (response: ServerResponse) => void;
}

/** Every way a request can fail outside its fields; the codes of fields are in the schema. */
type HttpErrorCode = 'BAD_REQUEST' | 'INTERNAL' | 'PERSISTED_QUERY_NOT_FOUND' | 'TIMEOUT';

/** Ends a request before GraphQL has seen it. The message is a fixed text: nothing sent is in it. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: HttpErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    message: string,
    options: { code?: HttpErrorCode; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = options.code ?? 'BAD_REQUEST';
    this.headers = options.headers ?? {};
  }
}

/**
 * For a request that another server on the way may have read differently (RFC 9112 section 11.2), so
 * nothing more is read from its connection.
 */
export function ambiguousRequest(message: string): HttpError {
  return new HttpError(400, message, { headers: { Connection: 'close' } });
}

export function methodNotAllowed(allow: string): HttpError {
  return new HttpError(405, 'The method is not allowed here.', { headers: { Allow: allow } });
}

/** In the shape of a GraphQL answer, so that a client needs one way of reading failures. */
export function errorResponse(refusal: HttpError, requestId: string): HttpResponse {
  const { status, message, code, headers } = refusal;
  return jsonResponse(status, { errors: [{ message, extensions: { code, requestId } }] }, headers);
}

export function jsonResponse(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}
