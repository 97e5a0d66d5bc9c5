import { LRUCache } from 'lru-cache';
import type { Caller } from '../../callers/caller.ts';
import type { ShopperHeader } from '../../callers/shopper-headers.ts';
import type { Log } from '../../logging/log.ts';

/** Pairs of service and header that were warned about. An issuer has few services. */
const maxServices = 1_000;

export type DroppedHeaders = (caller: Caller | null, headers: readonly ShopperHeader[]) => void;

/**
 * Warns once per service and header. The answers to the service do not show it, and Okta takes all of
 * its customers for one client.
 */
export function createDroppedHeaders(log: Log): DroppedHeaders {
  const warned = new LRUCache<string, true>({ max: maxServices });
  return (caller, headers) => {
    if (caller?.kind !== 'service') return;
    for (const header of headers) {
      const key = `${caller.id} ${header}`;
      if (warned.has(key)) continue;
      warned.set(key, true);
      log.warn(
        { event: 'dropped_headers', service: caller.id, header },
        'A service sends a malformed header. It is ignored.',
      );
    }
  };
}
