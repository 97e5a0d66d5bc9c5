import { untilAborted } from '../../async/until-aborted.ts';
import { isFresh } from '../../cache/fresh.ts';
import { RateLimited, UpstreamUnavailable } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';

interface Kept<Value> {
  readonly value: Value;
  readonly loadedAt: number;
}

interface Failure {
  readonly error: unknown;
  readonly at: number;
  /** How long no other load begins. */
  readonly pauseMs: number;
}

/** Between two loads that fail. */
const shortestWaitMs = 5_000;
/** Okta counts by the minute, and sign-up waits for this. */
const longestWaitMs = 60_000;

/**
 * Shares one load among concurrent callers. The value is cached for `freshMs`, a failure for seconds.
 * A stale value is used for as long again while the next one loads, and without limit during an
 * outage.
 * @param load gets a context that no single caller can abort
 */
export function remembered<Value>(
  load: (context: CallContext) => Promise<Value>,
  { now, freshMs }: { readonly now: () => number; readonly freshMs: number },
): (context: CallContext) => Promise<Value> {
  let kept: Kept<Value> | null = null;
  let failure: Failure | null = null;
  let loading: Promise<Value> | null = null;

  async function reload(context: CallContext): Promise<Value> {
    try {
      const value = await load(context);
      kept = { value, loadedAt: now() };
      failure = null;
      return value;
    } catch (error) {
      failure = { error, at: now(), pauseMs: waitAfter(error) };
      const passing = error instanceof UpstreamUnavailable || error instanceof RateLimited;
      if (passing && kept !== null) return kept.value;
      kept = null;
      throw error;
    } finally {
      loading = null;
    }
  }

  return (context) => {
    if (kept !== null && isFresh(now(), kept.loadedAt, freshMs)) {
      return Promise.resolve(kept.value);
    }
    if (failure === null || !isFresh(now(), failure.at, failure.pauseMs)) {
      const { signal } = new AbortController();
      loading ??= reload({ requestId: context.requestId, signal, shopper: null });
      // Callers that wait get the failure; there may be none.
      loading.catch(() => undefined);
    }
    if (kept !== null && (failure !== null || now() < kept.loadedAt + 2 * freshMs)) {
      return Promise.resolve(kept.value);
    }
    if (loading !== null) return untilAborted(loading, context.signal);
    return Promise.reject(failure?.error);
  };
}

function waitAfter(error: unknown): number {
  const namedMs = error instanceof RateLimited ? error.retryAfterSeconds * 1000 : 0;
  return Math.min(Math.max(namedMs, shortestWaitMs), longestWaitMs);
}
