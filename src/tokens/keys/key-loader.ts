import type { KeyObject } from 'node:crypto';
import { isFresh } from '../../cache/fresh.ts';
import { fetchInTime } from './fetch-with-timeout.ts';
import { type FetchKeys, importKeys } from './jwks.ts';

/** Loads the keys on request, and keeps those of the last successful load. */
export interface KeyLoader {
  good(): GoodKeys;
  isFresh(): boolean;
  /** Past their freshness too, for a while. */
  isUsable(): boolean;
  /** Why the last load failed; null after one that did not. */
  failure(): unknown;
  stats(): KeyStats;
  isLoading(): boolean;
  /** False for a while after a failure; true while a load is under way, since it can be joined. */
  mayLoad(): boolean;
  /** Never rejects. */
  load(): Promise<void>;
}

export interface KeyStats {
  /** Good ones, since the start. */
  readonly loads: number;
  readonly failedLoads: number;
  /** Since the last good one; null: there was none. */
  readonly ageMs: number | null;
}

export interface KeyLoaderDependencies {
  readonly fetchKeys: FetchKeys;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of every load that failed, for the log: the last good keys hide it from callers. */
  readonly onFailure: (cause: unknown) => void;
  /** Told of each key that the load of this number had and the next one has not. */
  readonly onWithdrawn: (kid: string, load: number) => void;
}

interface GoodKeys {
  /** Of the load. */
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

/** Where the answer has no max-age. */
const defaultFreshMs = 10 * minute;
const minFreshMs = minute;
/** Okta says 44 days; a key that is withdrawn in an emergency has to stop counting sooner. */
const maxFreshMs = hour;
/**
 * How long the last good keys outlive their freshness while the issuer is down. Keys change about
 * four times a year and are published in advance, so an hour bridges an incident safely. Without a
 * limit, an attacker who can block this one request could keep a withdrawn key alive.
 */
const lastGoodMs = hour;
/** After a failure. Shorter with no keys at all, since then every caller is waiting for them. */
const failurePauseMs = 30 * second;
const coldFailurePauseMs = 5 * second;

/**
 * One load runs at a time, and one that misses its deadline is dropped whatever it brings later:
 * so an older answer never replaces a newer one.
 */
export function createKeyLoader(dependencies: KeyLoaderDependencies): KeyLoader {
  const { fetchKeys, now, onFailure, onWithdrawn } = dependencies;
  let good: GoodKeys = { number: 0, keys: new Map(), loadedAt: -Infinity, freshForMs: 0 };
  let failure: LoadFailure | null = null;
  let failedLoads = 0;

  /** Where the clock was set back behind the load, the keys get their last hour from now. */
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
      const answer = await fetchInTime(fetchKeys, !isUsable() && failure === null);
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
    good: () => good,
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

/** Who asks for a load while one is under way gets that one. */
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
