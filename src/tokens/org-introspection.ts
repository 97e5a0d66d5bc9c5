import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CallContext, Introspection } from '../identity/model.ts';
import { unlessAborted } from '../unless-aborted.ts';

export type Introspect = (token: string, context: CallContext) => Promise<Introspection>;

/** A token that has ended does not come back, so this only bounds what the memory is worth. */
const inactiveMs = 10_000;
/** Digests of 32 bytes: a megabyte or two. */
const keptTokens = 10_000;

/**
 * For an issuer that has to be asked about every token, whoever sends it: one question for all who
 * come with a token meanwhile, and none for a while about one that was not active.
 */
export function createOrgIntrospection(introspect: Introspect, now: () => number): Introspect {
  const inactive = new LRUCache<string, true>({
    max: keptTokens,
    ttl: inactiveMs,
    ttlResolution: 0,
    perf: { now },
  });
  const asking = new Map<string, Promise<Introspection>>();

  async function ask(token: string, context: CallContext): Promise<Introspection> {
    const digest = sha256(token);
    // Others wait for it, so it must outlive this caller, and is on behalf of no one shopper.
    const shared = { ...context, signal: new AbortController().signal, shopper: null };
    try {
      const answer = await introspect(token, shared);
      if (!answer.active) inactive.set(digest, true);
      return answer;
    } finally {
      asking.delete(digest);
    }
  }

  return (token, context) => {
    const digest = sha256(token);
    if (inactive.has(digest)) return Promise.resolve({ active: false });
    const joined = asking.get(digest) ?? ask(token, context);
    asking.set(digest, joined);
    return unlessAborted(joined, context.signal);
  };
}

/** A memory of tokens must not be a store of them. */
function sha256(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
