import type { AccessTokenInfo } from '../token/claims.ts';
import {
  clear,
  doubtAt,
  later,
  type Mark,
  type RevocationStatus,
  statusAt,
  worse,
} from './cutoff.ts';

/** What has become of the tokens of one account. */
export interface UserMarks {
  /** Every session but one was ended, or every one. */
  ended: (Mark & { readonly except: string | null }) | null;
  /** One session was ended, by its id. */
  readonly sessions: Map<string, Mark>;
  /** Sessions were ended and others not: for tokens that do not tell which session they are of. */
  some: Mark | null;
  doubted: Mark | null;
  /** Covers all the others. */
  latest: Mark;
}

/** The marks of all accounts. */
export interface AllUserMarks {
  of(userId: string): UserMarks | undefined;
  change(userId: string, mark: Mark, change: (marks: UserMarks) => void): void;
  /** Those of the account whose last event is the oldest; null: there are none. */
  oldest(): UserMarks | null;
  forgetOldest(): void;
  size(): number;
}

export function createAllUserMarks(): AllUserMarks {
  /** The latest is at the end. */
  const users = new Map<string, UserMarks>();
  let size = 0;

  const forget = (userId: string): void => {
    const marks = users.get(userId);
    if (marks !== undefined) size -= sizeOf(marks);
    users.delete(userId);
  };
  return {
    of: (userId) => users.get(userId),
    change(userId, mark, change) {
      const marks = users.get(userId) ?? noMarks(mark);
      forget(userId);
      change(marks);
      marks.latest = later(marks.latest, mark);
      users.set(userId, marks);
      size += sizeOf(marks);
    },
    oldest: () => users.values().next().value ?? null,
    forgetOldest() {
      for (const userId of users.keys()) return forget(userId);
    },
    size: () => size,
  };
}

/** An account may end its sessions as often as it likes: more of them cost Okta a question, not us memory. */
const keptSessions = 16;

function noMarks(latest: Mark): UserMarks {
  return { ended: null, sessions: new Map(), some: null, doubted: null, latest };
}

/** How much there is to remember. */
function sizeOf({ sessions }: UserMarks): number {
  return 1 + sessions.size;
}

export function endSession(marks: UserMarks, sessionId: string, mark: Mark): void {
  marks.sessions.set(sessionId, later(marks.sessions.get(sessionId) ?? null, mark));
  marks.some = later(marks.some, mark);
  if (marks.sessions.size <= keptSessions) return;
  for (const [first, dropped] of marks.sessions) {
    marks.sessions.delete(first);
    marks.doubted = later(marks.doubted, dropped);
    return;
  }
}

/** @param except the one session that goes on */
export function endSessions(marks: UserMarks, except: string | null, mark: Mark): void {
  const fresh = { ...mark, except };
  const isNewer = marks.ended === null || marks.ended.at <= mark.at;
  const [older, newer] = isNewer ? [marks.ended, fresh] : [fresh, marks.ended ?? fresh];
  marks.ended = newer;
  if (except !== null) marks.some = later(marks.some, mark);
  // The session that the newer one spares was ended by the older one.
  if (older !== null && newer.except !== null && older.except !== newer.except) {
    endSession(marks, newer.except, older);
  }
}

export function statusWith(
  marks: UserMarks,
  { sessionId, issuedAt }: Pick<AccessTokenInfo, 'sessionId' | 'issuedAt'>,
): RevocationStatus {
  const { ended, some, doubted } = marks;
  const session = sessionId === null ? undefined : marks.sessions.get(sessionId);
  const isSpared =
    ended !== null && ended.except !== null && (sessionId ?? ended.except) === ended.except;
  let status = doubted === null ? clear : doubtAt(issuedAt, doubted);
  if (ended !== null && !isSpared) status = worse(status, statusAt(issuedAt, ended));
  if (session !== undefined) status = worse(status, statusAt(issuedAt, session));
  if (sessionId === null && some !== null) status = worse(status, doubtAt(issuedAt, some));
  return status;
}
