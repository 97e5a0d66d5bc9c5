import { unlessAborted } from '../../async/until-aborted.ts';
import { isWithin } from '../../cache/fresh.ts';
import { RateLimited, UpstreamUnavailable } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';

interface Kept<Value> {
  readonly value: Value;
  readonly loadedAt: number;
}

interface Failure {
  readonly error: unknown;
  readonly at: number;
  /** For so long nothing is loaded again. */
  readonly pauseMs: number;
}

/** Between two loads that fail. */
const shortestWaitMs = 5_000;
/** Okta counts by the minute, and sign-up waits for this. */
const longestWaitMs = 60_000;

/**
 * One load for all who ask meanwhile, kept for a while, as a failure is for seconds: anyone may ask,
 * as often as they like. For as long again the value goes on while another is loaded, and during an
 * outage without an end.
 * @param load gets a context that no one caller can end
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
    if (kept !== null && isWithin(now(), kept.loadedAt, freshMs)) {
      return Promise.resolve(kept.value);
    }
    if (failure === null || !isWithin(now(), failure.at, failure.pauseMs)) {
      const { signal } = new AbortController();
      loading ??= reload({ requestId: context.requestId, signal, shopper: null });
      // Whoever waits for it has its failure; it may be nobody.
      loading.catch(() => undefined);
    }
    if (kept !== null && (failure !== null || now() < kept.loadedAt + 2 * freshMs)) {
      return Promise.resolve(kept.value);
    }
    if (loading !== null) return unlessAborted(loading, context.signal);
    return Promise.reject(failure?.error);
  };
}

function waitAfter(error: unknown): number {
  const namedMs = error instanceof RateLimited ? error.retryAfterSeconds * 1000 : 0;
  return Math.min(Math.max(namedMs, shortestWaitMs), longestWaitMs);
}
