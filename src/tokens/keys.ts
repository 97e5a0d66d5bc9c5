import type { KeyObject } from 'node:crypto';
import { UpstreamUnavailable } from '../identity/errors.ts';
import { isWithin } from '../is-within.ts';
import { fetchInTime } from './fetch-in-time.ts';
import { type FetchKeys, importKeys } from './jwks.ts';
import { createMissedKeys } from './missed-keys.ts';

/** The issuer's signing keys. */
export interface KeySet {
  /**
   * Null for a key that the issuer does not have.
   * @throws UpstreamUnavailable while the issuer does not answer, and that leaves the question open
   */
  find(kid: string): Promise<KeyObject | null>;
  /**
   * The key where it is at hand and may be used: the same object for as long as the issuer publishes
   * it. Null says nothing of the issuer: ask `find`. It too starts a load where one is due.
   */
  known(kid: string): KeyObject | null;
  /**
   * True while there are keys to verify with. Asking starts a load where one is due, so probes keep
   * the keys fresh, and waits for it where there are no keys yet.
   */
  ready(): Promise<boolean>;
  /** Why the last load failed; null after one that did not. */
  failure(): unknown;
  stats(): KeyStats;
}

export interface KeyStats {
  /** Good ones, since the start. */
  readonly loads: number;
  readonly failedLoads: number;
  /** Since the last good one; null: there was none. */
  readonly ageMs: number | null;
}

export interface KeySetDependencies {
  readonly fetchKeys: FetchKeys;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of every load that failed, for the log: the last good keys hide it from callers. */
  readonly onFailure: (cause: unknown) => void;
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
 * four times a year and are published in advance, so an hour bridges an incident safely; without
 * an end, whoever can block this one request could keep a withdrawn key alive.
 */
const lastGoodMs = hour;
/**
 * Anyone can make up key ids: they may cost the issuer no more than one request in this time. Nor can
 * they hide a new key for longer.
 */
const unknownKidPauseMs = 5 * second;
/**
 * Once in this time a second request goes out without that pause: in an emergency keys change twice
 * in a row, and the second has to be found at its first use too.
 */
const secondLoadMs = 30 * second;
/** After a failure. Shorter with no keys at all, since then every caller is waiting for them. */
const failurePauseMs = 30 * second;
const coldFailurePauseMs = 5 * second;

/**
 * Holds the last good keys through an outage and bounds what unknown key ids cost the issuer;
 * jose's remote set does neither.
 */
export function createKeySet(deps: KeySetDependencies): KeySet {
  const missed = createMissedKeys();
  const loader = createLoader({ ...deps, onWithdrawn: missed.add });
  const loadForUnknownKid = createLoadForUnknownKid(loader, deps.now);
  const refreshIfStale = (): void => {
    if (!loader.isFresh() && loader.mayLoad()) void loader.load();
  };

  return {
    async find(kid) {
      if (!loader.isUsable()) {
        if (loader.mayLoad()) await loader.load();
        if (!loader.isUsable()) throw new UpstreamUnavailable({ cause: loader.failure() });
        return loader.good().keys.get(kid) ?? null;
      }
      refreshIfStale();
      const known = loader.good().keys.get(kid);
      if (known !== undefined) return known;

      const missedAt = missed.add(kid, loader.good().number);
      await loadForUnknownKid();
      const { keys, number } = loader.good();
      const found = keys.get(kid) ?? null;
      // With no good load since, this may be a key that Okta has published: not the token's fault.
      // Without a failure it is what a load of the last 5 s did not have: strangers who make up key
      // ids must not decide how often the issuer seems to be down.
      if (found === null && number === missedAt && loader.failure() !== null) {
        throw new UpstreamUnavailable({ cause: loader.failure() });
      }
      return found;
    },

    known(kid) {
      refreshIfStale();
      return loader.isUsable() ? (loader.good().keys.get(kid) ?? null) : null;
    },

    async ready() {
      refreshIfStale();
      if (!loader.isUsable() && loader.isLoading()) await loader.load();
      return loader.isUsable();
    },

    failure: loader.failure,
    stats: loader.stats,
  };
}

function createLoadForUnknownKid(loader: Loader, now: () => number): () => Promise<void> {
  /** When the last two began. */
  let [earlier, later] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const isPause = (): boolean =>
    isWithin(now(), later, unknownKidPauseMs) && isWithin(now(), earlier, secondLoadMs);
  return async () => {
    if (!loader.isLoading()) {
      if (isPause() || !loader.mayLoad()) return;
      [earlier, later] = [later, now()];
    }
    await loader.load();
  };
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

interface Loader {
  good(): GoodKeys;
  isFresh(): boolean;
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

interface LoaderDependencies extends KeySetDependencies {
  /** Told of each key that the load of this number had and the next one has not. */
  readonly onWithdrawn: (kid: string, load: number) => void;
}

/**
 * One load runs at a time, and one that misses its deadline is dropped whatever it brings later:
 * so an older answer never replaces a newer one.
 */
function createLoader({ fetchKeys, now, onFailure, onWithdrawn }: LoaderDependencies): Loader {
  let good: GoodKeys = { number: 0, keys: new Map(), loadedAt: -Infinity, freshForMs: 0 };
  let failure: LoadFailure | null = null;
  let failedLoads = 0;
  let loading: Promise<void> | null = null;

  /** Where the clock was set back behind the load, the keys get their last hour from now. */
  const settle = (): void => {
    if (now() < good.loadedAt) good = { ...good, loadedAt: now(), freshForMs: 0 };
  };
  const isUsableFor = (ms: number): boolean => {
    settle();
    return isWithin(now(), good.loadedAt, good.freshForMs + ms);
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
    isLoading: () => loading !== null,
    mayLoad: () =>
      loading !== null || failure === null || !isWithin(now(), failure.at, failure.pauseMs),
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
