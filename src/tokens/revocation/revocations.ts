import { readPublicDigest } from '../../crypto/token-digest.ts';
import { maxAccessTokenSeconds } from '../../identity/access-token.ts';
import type { AccountEvent } from '../../identity/account-event.ts';
import { type AccessTokenInfo, maxSkewSeconds } from '../token/claims.ts';
import {
  clear,
  doubtAt,
  later,
  type Mark,
  markOf,
  over,
  type RevocationStatus,
  worse,
} from './cutoff.ts';
import {
  type AllUserMarks,
  createAllUserMarks,
  endSession,
  endSessions,
  statusWith,
} from './user-cutoffs.ts';

/** All known revocations, each for as long as a token that it concerns can live. */
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
 * Removes expired revocations and, where there are too many, the oldest. Every token that was issued
 * before a removed one is doubted: the issuer is asked once about each, so that no token is called
 * active because its revocation was forgotten. Usually none of them is still alive, unless there were
 * too many entries, or the clock was ahead and was corrected.
 */
export function createRevocations({ now, maxEntries = 100_000 }: Options): Revocations {
  const marks: Marks = {
    tokens: new Map(),
    users: createAllUserMarks(),
    doubts: createSharedDoubts(),
  };
  const { tokens, users, doubts } = marks;

  const isPast = ({ at }: Mark): boolean => at + lifeMs < now();
  const isFull = (): boolean => tokens.size + users.size() > maxEntries;
  const evict = (): void => {
    for (const [digest, mark] of tokens) {
      if (!isPast(mark) && !(isFull() && tokens.size > users.size())) break;
      tokens.delete(digest);
      doubts.ofEveryone(mark);
    }
    for (let oldest = users.oldest(); oldest !== null; oldest = users.oldest()) {
      const { latest } = oldest;
      if (!isPast(latest) && !isFull()) break;
      users.forgetOldest();
      doubts.ofEveryone(latest);
    }
  };

  return {
    apply(event) {
      note(marks, event, markOf(event.at, now()));
      evict();
    },

    statusOf(digest, token) {
      if (tokens.has(digest)) return over;
      const own = token.userId === null ? undefined : users.of(token.userId);
      const status = own === undefined ? clear : statusWith(own, token);
      return worse(status, doubts.statusOf(token));
    },

    stats: () => ({ entries: tokens.size + users.size() }),
  };
}

interface Marks {
  /** By digest; the latest is at the end. */
  readonly tokens: Map<string, Mark>;
  readonly users: AllUserMarks;
  readonly doubts: SharedDoubts;
}

/** Which tokens an event is about. */
function note({ tokens, users, doubts }: Marks, event: AccountEvent, mark: Mark): void {
  switch (event.kind) {
    case 'SESSIONS_ENDED': {
      const { userId, sessionId, except } = event;
      users.change(userId, mark, (marks) => {
        if (sessionId === null) endSessions(marks, except, mark);
        else endSession(marks, sessionId, mark);
      });
      return;
    }
    case 'RECHECK_TOKENS':
      users.change(event.userId, mark, (marks) => {
        marks.doubted = later(marks.doubted, mark);
      });
      return;
    case 'RECHECK_SERVICES':
      doubts.ofServices(mark);
      return;
    case 'TOKEN_ENDED': {
      const digest = readPublicDigest(event.tokenDigest);
      tokens.delete(digest);
      tokens.set(digest, mark);
      return;
    }
    case 'GAP':
      doubts.ofEveryone(mark);
  }
}

interface SharedDoubts {
  ofEveryone(mark: Mark): void;
  ofServices(mark: Mark): void;
  statusOf(token: Pick<AccessTokenInfo, 'userId' | 'issuedAt'>): RevocationStatus;
}

/** That concern more than one account. */
function createSharedDoubts(): SharedDoubts {
  let everyone: Mark | null = null;
  /** Whose tokens have no user; covers `everyone`. */
  let services: Mark | null = null;
  return {
    ofEveryone(mark) {
      everyone = later(everyone, mark);
      services = later(services, mark);
    },
    ofServices(mark) {
      services = later(services, mark);
    },
    statusOf({ userId, issuedAt }) {
      const mark = userId === null ? services : everyone;
      return mark === null ? clear : doubtAt(issuedAt, mark);
    },
  };
}
