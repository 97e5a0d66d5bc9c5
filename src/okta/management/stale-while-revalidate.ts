import { untilAborted } from '../../async/until-aborted.ts';
import { isFresh } from '../../cache/fresh.ts';
import { RateLimited, UpstreamUnavailable } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';

interface Cached<Value> {
  readonly value: Value;
  readonly loadedAt: number;
}

interface Failure {
  readonly error: unknown;
  readonly at: number;
  /** How long no new load starts. */
  readonly pauseMs: number;
}

/** Between two failed loads. */
const shortestWaitMs = 5_000;
/** Okta's limits reset each minute, and sign-up waits for this value. */
const longestWaitMs = 60_000;

/**
 * Shares one load among concurrent callers. Caches the value for `freshMs` and a failure for seconds.
 * A stale value is served for another `freshMs` while the next one loads, and without limit during an
 * outage.
 * @param load gets a context that no single caller can abort
 */
export function staleWhileRevalidate<Value>(
  load: (context: CallContext) => Promise<Value>,
  { now, freshMs }: { readonly now: () => number; readonly freshMs: number },
): (context: CallContext) => Promise<Value> {
  let cached: Cached<Value> | null = null;
  let failure: Failure | null = null;
  let loading: Promise<Value> | null = null;

  async function reload(context: CallContext): Promise<Value> {
    try {
      const value = await load(context);
      cached = { value, loadedAt: now() };
      failure = null;
      return value;
    } catch (error) {
      failure = { error, at: now(), pauseMs: waitAfter(error) };
      const temporary = error instanceof UpstreamUnavailable || error instanceof RateLimited;
      if (temporary && cached !== null) return cached.value;
      cached = null;
      throw error;
    } finally {
      loading = null;
    }
  }

  return (context) => {
    if (cached !== null && isFresh(now(), cached.loadedAt, freshMs)) {
      return Promise.resolve(cached.value);
    }
    if (failure === null || !isFresh(now(), failure.at, failure.pauseMs)) {
      const { signal } = new AbortController();
      loading ??= reload({ requestId: context.requestId, signal, shopper: null });
      // Waiting callers get the failure, but there may be none.
      loading.catch(() => undefined);
    }
    if (cached !== null && (failure !== null || now() < cached.loadedAt + 2 * freshMs)) {
      return Promise.resolve(cached.value);
    }
    if (loading !== null) return untilAborted(loading, context.signal);
    return Promise.reject(failure?.error);
  };
}

function waitAfter(error: unknown): number {
  const namedMs = error instanceof RateLimited ? error.retryAfterSeconds * 1000 : 0;
  return Math.min(Math.max(namedMs, shortestWaitMs), longestWaitMs);
}
