import { readPublicDigest } from '../../crypto/token-digest.ts';
import { maxAccessTokenSeconds } from '../../identity/access-token.ts';
import type { AccountEvent } from '../../identity/account-event.ts';
import { type AccessTokenInfo, maxSkewSeconds } from '../token/claims.ts';
import {
  type Cutoff,
  clear,
  cutoffAt,
  later,
  type RevocationStatus,
  recheckAt,
  revoked,
  worse,
} from './cutoff.ts';
import {
  type CutoffsByUser,
  createCutoffsByUser,
  endSession,
  endSessions,
  statusWith,
} from './user-cutoffs.ts';

/** All known revocations. Each is kept as long as a token that it concerns can live. */
export interface Revocations {
  /** Needs no `this`: `events.subscribe(revocations.apply)`. */
  readonly apply: (event: AccountEvent) => void;
  /** @param digest of the token, by `digestOf` */
  statusOf(
    digest: string,
    token: Pick<AccessTokenInfo, 'userId' | 'sessionId' | 'issuedAt'>,
  ): RevocationStatus;
  stats(): { readonly entries: number };
}

interface Options {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Default: 100,000, at most some 20 MB. */
  readonly maxEntries?: number;
}

/** How long after `at` a token that was issued by then can live. */
const lifeMs = (maxAccessTokenSeconds + 2 * maxSkewSeconds) * 1000;

/**
 * Removes expired revocations and, when there are too many, the oldest. Every token issued before a
 * removed one is then introspected once, so that no token counts as active because its revocation was
 * removed. Usually all of them have expired, unless there were too many entries, or the clock was
 * ahead and was corrected.
 */
export function createRevocations({ now, maxEntries = 100_000 }: Options): Revocations {
  const cutoffs: State = {
    tokens: new Map(),
    users: createCutoffsByUser(),
    shared: createSharedCutoffs(),
  };
  const { tokens, users, shared } = cutoffs;

  const isPast = ({ at }: Cutoff): boolean => at + lifeMs < now();
  const isFull = (): boolean => tokens.size + users.size() > maxEntries;
  const evict = (): void => {
    for (const [digest, cutoff] of tokens) {
      if (!isPast(cutoff) && !(isFull() && tokens.size > users.size())) break;
      tokens.delete(digest);
      shared.addForAll(cutoff);
    }
    for (let oldest = users.oldest(); oldest !== null; oldest = users.oldest()) {
      const { latest } = oldest;
      if (!isPast(latest) && !isFull()) break;
      users.removeOldest();
      shared.addForAll(latest);
    }
  };

  return {
    apply(event) {
      record(cutoffs, event, cutoffAt(event.at, now()));
      evict();
    },

    statusOf(digest, token) {
      if (tokens.has(digest)) return revoked;
      const own = token.userId === null ? undefined : users.get(token.userId);
      const status = own === undefined ? clear : statusWith(own, token);
      return worse(status, shared.statusOf(token));
    },

    stats: () => ({ entries: tokens.size + users.size() }),
  };
}

interface State {
  /** By digest, the newest last. */
  readonly tokens: Map<string, Cutoff>;
  readonly users: CutoffsByUser;
  readonly shared: SharedCutoffs;
}

/** Records which tokens an event revokes or requires to check again. */
function record({ tokens, users, shared }: State, event: AccountEvent, cutoff: Cutoff): void {
  switch (event.kind) {
    case 'SESSIONS_ENDED': {
      const { userId, sessionId, except } = event;
      users.change(userId, cutoff, (cutoffs) => {
        if (sessionId === null) endSessions(cutoffs, except, cutoff);
        else endSession(cutoffs, sessionId, cutoff);
      });
      return;
    }
    case 'RECHECK_TOKENS':
      users.change(event.userId, cutoff, (cutoffs) => {
        cutoffs.recheck = later(cutoffs.recheck, cutoff);
      });
      return;
    case 'RECHECK_SERVICES':
      shared.addForServices(cutoff);
      return;
    case 'TOKEN_ENDED': {
      const digest = readPublicDigest(event.tokenDigest);
      tokens.delete(digest);
      tokens.set(digest, cutoff);
      return;
    }
    case 'GAP':
      shared.addForAll(cutoff);
  }
}

interface SharedCutoffs {
  addForAll(cutoff: Cutoff): void;
  addForServices(cutoff: Cutoff): void;
  statusOf(token: Pick<AccessTokenInfo, 'userId' | 'issuedAt'>): RevocationStatus;
}

/** Cutoffs that concern more than one account. */
function createSharedCutoffs(): SharedCutoffs {
  let everyone: Cutoff | null = null;
  /** For tokens without a user; also covers `everyone`. */
  let services: Cutoff | null = null;
  return {
    addForAll(cutoff) {
      everyone = later(everyone, cutoff);
      services = later(services, cutoff);
    },
    addForServices(cutoff) {
      services = later(services, cutoff);
    },
    statusOf({ userId, issuedAt }) {
      const cutoff = userId === null ? services : everyone;
      return cutoff === null ? clear : recheckAt(issuedAt, cutoff);
    },
  };
}
