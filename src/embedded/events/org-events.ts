import type { Org } from '../org.ts';
import { createEvents } from './events.ts';
import { createHooks } from './hooks.ts';
import { createOrigins } from './origin.ts';

const defaultTimeoutMs = 3000;

/** The System Log of a new org, and its event hooks. */
export function createOrgEvents({
  url,
  now,
  hookTimeoutMs = defaultTimeoutMs,
}: Pick<Org, 'url' | 'now'> & { readonly hookTimeoutMs?: number | undefined }): Pick<
  Org,
  'origins' | 'events' | 'hooks'
> {
  const origins = createOrigins();
  const events = createEvents(now, origins);
  return { origins, events, hooks: createHooks({ url, now, events, timeoutMs: hookTimeoutMs }) };
}
