import type { KeyObject } from 'node:crypto';
import { isFresh } from '../../cache/fresh.ts';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import {
  createKeyLoader,
  type KeyLoader,
  type KeyLoaderDependencies,
  type KeyStats,
} from './key-loader.ts';
import { createUnknownKids } from './unknown-kids.ts';

/** The issuer's signing keys. */
export interface KeySet {
  /**
   * Waits for a load if necessary. Null when the issuer has no such key.
   * @throws UpstreamUnavailable when that cannot be known, since the issuer does not answer
   */
  find(kid: string): Promise<KeyObject | null>;
  /**
   * The cached key: the same object as long as the issuer publishes it. Null means only that it is not
   * cached: call `find`. Starts a load in the background when one is due.
   */
  findSync(kid: string): KeyObject | null;
  /**
   * True while there are usable keys. Starts a load when one is due, so probes keep the keys fresh, and
   * waits for it when there are no keys yet.
   */
  ready(): Promise<boolean>;
  /** Why the last load failed; null after a successful one. */
  failure(): unknown;
  stats(): KeyStats;
}

export type KeySetDependencies = Omit<KeyLoaderDependencies, 'onWithdrawn'>;

/**
 * Cooldown of loads for unknown key ids, which anyone can make up: at most one request to the issuer in
 * this time. It also bounds how long they can delay a new key.
 */
const unknownKidPauseMs = 5_000;
/**
 * Once in this time a second request skips the cooldown: in an emergency keys change twice in a row,
 * and the second key must be found at its first use too.
 */
const secondLoadMs = 30_000;

/**
 * Keeps the last good keys during an outage, and bounds the requests that unknown key ids cause.
 * jose's remote set does neither.
 */
export function createKeySet(deps: KeySetDependencies): KeySet {
  const missed = createUnknownKids();
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
        return loader.current().keys.get(kid) ?? null;
      }
      refreshIfStale();
      const known = loader.current().keys.get(kid);
      if (known !== undefined) return known;

      const missedAt = missed.add(kid, loader.current().number);
      await loadForUnknownKid();
      const { keys, number } = loader.current();
      const found = keys.get(kid) ?? null;
      // If no load has succeeded since, Okta may have published this key, so the token may be good.
      // Without a failed load the key is simply unknown: made-up key ids must not make the issuer
      // look down.
      if (found === null && number === missedAt && loader.failure() !== null) {
        throw new UpstreamUnavailable({ cause: loader.failure() });
      }
      return found;
    },

    findSync(kid) {
      refreshIfStale();
      return loader.isUsable() ? (loader.current().keys.get(kid) ?? null) : null;
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
  /** When the last two loads began. */
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
