import { isAscii, isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import { CallerGone } from './deadline.ts';
import { Refusal } from './http-error.ts';

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
 * @throws Refusal 413, 400 (not UTF-8); CallerGone
 */
export function readBody(
  request: IncomingMessage,
  maxBytes = defaultMaxBytes,
): PromiseOrValue<string> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (!request.complete) return collect(request, maxBytes).then(textOf);
  // It is all here by now, as most are.
  const bytes: Buffer | null = request.read();
  if (bytes === null) return '';
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return textOf(bytes);
}

function textOf(bytes: Buffer): string {
  // The same text, and read in half the time.
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) throw new Refusal(400, 'The body is not UTF-8.');
  return withoutMark(bytes.toString('utf8'));
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else reject(tooLarge(maxBytes));
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => reject(new CallerGone('The body broke off.')));
  });
}

function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, `The body is larger than ${maxBytes / 1024} KiB.`);
}
