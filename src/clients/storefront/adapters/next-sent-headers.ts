/// <reference path="./next-modules.d.ts" />
import { cookies, headers } from 'next/headers.js';

/**
 * Those of the request, with its cookies as they are by now: a page that renders after an action in the
 * same request has to see what the action has set.
 */
export async function sentHeaders(): Promise<Headers> {
  const [sent, store] = await Promise.all([headers(), cookies()]);
  const pairs = store.getAll().map(({ name, value }) => `${name}=${encodeURIComponent(value)}`);
  const seen = new Headers(sent);
  seen.set('cookie', pairs.join('; '));
  return seen;
}
