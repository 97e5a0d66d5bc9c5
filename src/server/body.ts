import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { CallerGone } from './deadline.ts';
import { Refusal } from './refusal.ts';
import type { SameTurn } from './same-turn.ts';

/** No document of this schema with its variables comes near it. */
const defaultMaxBytes = 65_536;

/** RFC 8259 section 8.1: it may be ignored. */
const byteOrderMark = '\uFEFF';

/**
 * Counts while the bytes come in, so that neither a false nor a missing Content-Length gets past.
 * What follows a refusal is thrown away by node:http, within its request timeout; how long it may
 * take is for `Deadline.receive`.
 * @param sameTurn hands the text over
 * @throws Refusal 413, 400 (not UTF-8); CallerGone
 */
export function readBody(
  request: IncomingMessage,
  sameTurn: SameTurn,
  maxBytes = defaultMaxBytes,
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else reject(tooLarge(maxBytes));
    });
    request.on('end', () => {
      const [first] = chunks;
      const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks);
      if (!isUtf8(bytes)) return reject(new Refusal(400, 'The body is not UTF-8.'));
      const text = withoutMark(bytes.toString('utf8'));
      sameTurn(() => resolve(text));
    });
    request.on('error', () => reject(new CallerGone('The body broke off.')));
  });
}

function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, `The body is larger than ${maxBytes / 1024} KiB.`);
}
