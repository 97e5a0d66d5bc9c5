import type { IncomingMessage } from 'node:http';
import { CallerGone } from './deadline.ts';
import { Refusal } from './refusal.ts';

/** No document of this schema with its variables comes near it. */
const maxBodyBytes = 65_536;

/**
 * Counts while the bytes come in, so that neither a false nor a missing Content-Length gets past.
 * What follows a refusal is thrown away by node:http, within its request timeout.
 * @throws Refusal 413, 400 (not UTF-8); CallerGone; the signal's reason
 */
export async function readBody(request: IncomingMessage, signal: AbortSignal): Promise<string> {
  const tooLarge = new Refusal(413, 'The body is larger than 64 KiB.');
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge;
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBodyBytes) chunks.push(chunk);
      else reject(tooLarge);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => reject(new CallerGone('The body broke off.')));
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(400, 'The body is not UTF-8.');
  }
}
