import { isAscii, isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import { CallerGone } from './deadline.ts';
import { HttpError } from './http-error.ts';

/** Undefined for a text that is no JSON; without the parser's own message, which quotes the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** No document of this schema with its variables comes near it. */
const defaultMaxBytes = 65_536;

/** RFC 8259 section 8.1: it may be ignored. */
const byteOrderMark = '\uFEFF';

/**
 * Counts while the bytes come in, so that neither a false nor a missing Content-Length gets past.
 * What follows a refusal is thrown away by node:http, within its request timeout; how long it may
 * take is for `Deadline.receive`.
 * @throws HttpError 413, 400 (not UTF-8, or in very many small pieces); CallerGone
 */
export function readBody(
  request: IncomingMessage,
  maxBytes = defaultMaxBytes,
): PromiseOrValue<string> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (!request.complete || isChunked(request)) return collect(request, maxBytes).then(textOf);
  // It is all here by now, as most are.
  const bytes: Buffer | null = request.read();
  if (bytes === null) return '';
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return textOf(bytes);
}

/** Then it may come in pieces of any size, however much of it arrives at a time. */
export function isChunked({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined;
}

function textOf(bytes: Buffer): string {
  // The same text, and read in half the time.
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) throw new HttpError(400, 'The body is not UTF-8.');
  return withoutMark(bytes.toString('utf8'));
}

/** Into one buffer: a body may come in pieces of a byte each, which take 200 bytes of memory apiece. */
function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const isOverLimit = createPieceLimit();
    let body: Buffer = Buffer.alloc(0);
    let size = 0;
    const take = (piece: Buffer) => {
      const end = size + piece.length;
      if (isOverLimit(piece) || end > maxBytes) {
        // It flows on, and nothing of it is held.
        request.off('data', take);
        reject(end > maxBytes ? tooLarge(maxBytes) : tooManyPieces());
      } else {
        if (end > body.length) body = enlarged(body, Math.min(maxBytes, 2 * end));
        piece.copy(body, size);
        size = end;
      }
    };
    request.on('data', take);
    request.on('end', () => resolve(body.subarray(0, size)));
    request.on('error', () => reject(new CallerGone('The body broke off.')));
  });
}

function enlarged(body: Buffer, length: number): Buffer {
  const larger = Buffer.allocUnsafe(length);
  body.copy(larger);
  return larger;
}

/** Reads and drops a body that is not used; otherwise it would be held until the answer is sent. */
export function discardBody(request: IncomingMessage): void {
  const isOverLimit = createPieceLimit();
  request.on('data', (piece: Buffer) => {
    if (isOverLimit(piece)) request.socket.destroy();
  });
}

const maxSmallPieces = 1_000;
const smallBytes = 16;

/** Whether a body comes in very many pieces of a few bytes, which no client makes of a document. */
function createPieceLimit(): (piece: Buffer) => boolean {
  let count = 0;
  return ({ length }) => {
    if (length < smallBytes) count += 1;
    return count > maxSmallPieces;
  };
}

function tooManyPieces(): HttpError {
  const headers = { Connection: 'close' };
  return new HttpError(400, 'The body comes in too many small pieces.', { headers });
}

function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, `The body is larger than ${maxBytes / 1024} KiB.`);
}
