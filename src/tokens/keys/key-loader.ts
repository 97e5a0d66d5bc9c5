import type { KeyObject } from 'node:crypto';
import { isFresh } from '../../cache/fresh.ts';
import { fetchWithTimeout } from './fetch-with-timeout.ts';
import { type FetchKeys, importKeys } from './jwks.ts';

/** Loads the keys on request, and caches those of the last successful load. */
export interface KeyLoader {
  current(): LoadedKeys;
  isFresh(): boolean;
  /** Also true for an hour after they stopped being fresh. */
  isUsable(): boolean;
  /** Why the last load failed; null after a successful one. */
  failure(): unknown;
  stats(): KeyStats;
  isLoading(): boolean;
  /** False while cooling down after a failure; true while a load is running, since it can be joined. */
  mayLoad(): boolean;
  /** Never rejects. */
  load(): Promise<void>;
}

export interface KeyStats {
  /** Successful loads since the start. */
  readonly loads: number;
  readonly failedLoads: number;
  /** Since the last successful load; null before the first. */
  readonly ageMs: number | null;
}

export interface KeyLoaderDependencies {
  readonly fetchKeys: FetchKeys;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Called after each failed load, for logging: callers do not notice it while cached keys last. */
  readonly onFailure: (cause: unknown) => void;
  /** Called for each key that load number `load` had and the next one does not have. */
  readonly onWithdrawn: (kid: string, load: number) => void;
}

interface LoadedKeys {
  /** Number of the load. */
  readonly number: number;
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly loadedAt: number;
  readonly freshForMs: number;
}

interface LoadFailure {
  readonly cause: unknown;
  readonly at: number;
  readonly pauseMs: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** When the response has no max-age. */
const defaultFreshMs = 10 * minute;
const minFreshMs = minute;
/** Okta sends 44 days. A key withdrawn in an emergency must stop counting sooner. */
const maxFreshMs = hour;
/**
 * How long the last good keys outlive their freshness while the issuer is down. Keys change about
 * four times a year and are published in advance, so an hour bridges an incident safely. Without a
 * limit, an attacker who can block this one request could keep a withdrawn key alive.
 */
const lastGoodMs = hour;
/** Cooldown after a failure. Shorter without any keys, since every caller then waits for them. */
const failurePauseMs = 30 * second;
const coldFailurePauseMs = 5 * second;

/**
 * One load runs at a time. A load that misses its deadline is dropped, even if its response comes
 * later, so an older response never replaces a newer one.
 */
export function createKeyLoader(dependencies: KeyLoaderDependencies): KeyLoader {
  const { fetchKeys, now, onFailure, onWithdrawn } = dependencies;
  let good: LoadedKeys = { number: 0, keys: new Map(), loadedAt: -Infinity, freshForMs: 0 };
  let failure: LoadFailure | null = null;
  let failedLoads = 0;

  /** If the clock was set back to before the load, the last hour of the keys begins now. */
  const settle = (): void => {
    if (now() < good.loadedAt) good = { ...good, loadedAt: now(), freshForMs: 0 };
  };
  const isUsableFor = (ms: number): boolean => {
    settle();
    return isFresh(now(), good.loadedAt, good.freshForMs + ms);
  };
  const isUsable = (): boolean => isUsableFor(lastGoodMs);
  const attempt = async (): Promise<void> => {
    try {
      const answer = await fetchWithTimeout(fetchKeys, !isUsable() && failure === null);
      const keys = importKeys(answer.jwks, good.keys);
      for (const kid of good.keys.keys()) if (!keys.has(kid)) onWithdrawn(kid, good.number);
      const number = good.number + 1;
      good = { number, keys, loadedAt: now(), freshForMs: freshFor(answer.maxAgeSeconds) };
      failure = null;
    } catch (cause) {
      failure = { cause, at: now(), pauseMs: isUsable() ? failurePauseMs : coldFailurePauseMs };
      failedLoads += 1;
      onFailure(cause);
    }
  };
  const { isLoading, load } = createSharedLoad(attempt);

  return {
    current: () => good,
    isFresh: () => isUsableFor(0),
    isUsable,
    failure: () => failure?.cause ?? null,
    stats() {
      settle();
      const ageMs = good.number === 0 ? null : now() - good.loadedAt;
      return { loads: good.number, failedLoads, ageMs };
    },
    isLoading,
    mayLoad: () => isLoading() || failure === null || !isFresh(now(), failure.at, failure.pauseMs),
    load,
  };
}

/** A caller that requests a load while one is running joins it. */
function createSharedLoad(attempt: () => Promise<void>): Pick<KeyLoader, 'isLoading' | 'load'> {
  let loading: Promise<void> | null = null;
  return {
    isLoading: () => loading !== null,
    load() {
      loading ??= attempt().finally(() => {
        loading = null;
      });
      return loading;
    },
  };
}

function freshFor(maxAgeSeconds: number | null): number {
  if (maxAgeSeconds === null) return defaultFreshMs;
  return Math.min(maxFreshMs, Math.max(minFreshMs, maxAgeSeconds * second));
}
