import { expect } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import type { Stack } from '../support/start.ts';

interface Sent {
  readonly document: { toString(): string };
  readonly input: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What Okta was asked at paths that end so. */
export function requestsTo(okta: EmbeddedOkta, path: string) {
  return okta.requests.all().filter((request) => request.path.endsWith(path));
}

/** Sends an operation to which Okta answers late, and goes away as soon as Okta is asked at `path`. */
export async function leave({ url, okta }: Stack, sent: Sent, path: string): Promise<void> {
  const controller = new AbortController();
  const { document, input, headers } = sent;
  const gone = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: document.toString(), variables: { input } }),
    signal: controller.signal,
  });
  await expect.poll(() => requestsTo(okta, path).length, { interval: 5 }).toBe(1);
  controller.abort();
  await expect(gone).rejects.toThrow();
}
