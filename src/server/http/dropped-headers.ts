import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Caller } from '../../graphql/base/context.ts';
import type { ShopperHeader } from './shopper-headers.ts';

/** Services that were warned about. An issuer has few of them. */
const maxServices = 1_000;

export type DroppedHeaders = (caller: Caller | null, headers: readonly ShopperHeader[]) => void;

/**
 * Warns once per service and header. The answer to the service says nothing, and Okta takes all of its
 * customers for one client until somebody reads the log.
 */
export function createDroppedHeaders(log: Logger): DroppedHeaders {
  const warned = new LRUCache<string, true>({ max: maxServices });
  return (caller, headers) => {
    if (caller?.kind !== 'service') return;
    for (const header of headers) {
      const key = `${caller.id} ${header}`;
      if (warned.has(key)) continue;
      warned.set(key, true);
      log.warn({ service: caller.id, header }, 'a service sends a malformed header; it is dropped');
    }
  };
}
