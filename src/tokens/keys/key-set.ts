import type { KeyObject } from 'node:crypto';
import { isFresh } from '../../cache/fresh.ts';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import {
  createKeyLoader,
  type KeyLoader,
  type KeyLoaderDependencies,
  type KeyStats,
} from './key-loader.ts';
import { createMissedKeys } from './unknown-kids.ts';

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

export type KeySetDependencies = Omit<KeyLoaderDependencies, 'onWithdrawn'>;

/**
 * Anyone can make up key ids: they may cost the issuer no more than one request in this time. Nor can
 * they hide a new key for longer.
 */
const unknownKidPauseMs = 5_000;
/**
 * Once in this time a second request goes out without that pause: in an emergency keys change twice
 * in a row, and the second has to be found at its first use too.
 */
const secondLoadMs = 30_000;

/**
 * Holds the last good keys through an outage and bounds what unknown key ids cost the issuer;
 * jose's remote set does neither.
 */
export function createKeySet(deps: KeySetDependencies): KeySet {
  const missed = createMissedKeys();
  const loader = createKeyLoader({ ...deps, onWithdrawn: missed.add });
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

function createLoadForUnknownKid(loader: KeyLoader, now: () => number): () => Promise<void> {
  /** When the last two began. */
  let [earlier, later] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const isPause = (): boolean =>
    isFresh(now(), later, unknownKidPauseMs) && isFresh(now(), earlier, secondLoadMs);
  return async () => {
    if (!loader.isLoading()) {
      if (isPause() || !loader.mayLoad()) return;
      [earlier, later] = [later, now()];
    }
    await loader.load();
  };
}
