import type { AccessTokenInfo } from '../token/claims.ts';
import {
  type Cutoff,
  clear,
  later,
  type RevocationStatus,
  recheckAt,
  statusAt,
  worse,
} from './cutoff.ts';

/** The cutoffs of one account. */
export interface UserCutoffs {
  /** All sessions were ended, except one where `except` is set. */
  ended: (Cutoff & { readonly except: string | null }) | null;
  /** Single sessions that were ended, by id. */
  readonly sessions: Map<string, Cutoff>;
  /** Some sessions were ended: for tokens whose session is unknown. */
  some: Cutoff | null;
  recheck: Cutoff | null;
  /** Covers all the others. */
  latest: Cutoff;
}

/** The cutoffs of all accounts. */
export interface CutoffsByUser {
  get(userId: string): UserCutoffs | undefined;
  change(userId: string, cutoff: Cutoff, change: (cutoffs: UserCutoffs) => void): void;
  /** Those of the account whose last event is the oldest; null if there are none. */
  oldest(): UserCutoffs | null;
  removeOldest(): void;
  size(): number;
}

export function createCutoffsByUser(): CutoffsByUser {
  /** The newest is last. */
  const users = new Map<string, UserCutoffs>();
  let size = 0;

  const forget = (userId: string): void => {
    const cutoffs = users.get(userId);
    if (cutoffs !== undefined) size -= sizeOf(cutoffs);
    users.delete(userId);
  };
  return {
    get: (userId) => users.get(userId),
    change(userId, cutoff, change) {
      const cutoffs = users.get(userId) ?? noCutoffs(cutoff);
      forget(userId);
      change(cutoffs);
      cutoffs.latest = later(cutoffs.latest, cutoff);
      users.set(userId, cutoffs);
      size += sizeOf(cutoffs);
    },
    oldest: () => users.values().next().value ?? null,
    removeOldest() {
      for (const userId of users.keys()) return forget(userId);
    },
    size: () => size,
  };
}

/** Beyond this the tokens of the account are introspected, so one account cannot fill the memory. */
const maxSessions = 16;

function noCutoffs(latest: Cutoff): UserCutoffs {
  return { ended: null, sessions: new Map(), some: null, recheck: null, latest };
}

/** Entries that the account counts for. */
function sizeOf({ sessions }: UserCutoffs): number {
  return 1 + sessions.size;
}

export function endSession(cutoffs: UserCutoffs, sessionId: string, cutoff: Cutoff): void {
  cutoffs.sessions.set(sessionId, later(cutoffs.sessions.get(sessionId) ?? null, cutoff));
  cutoffs.some = later(cutoffs.some, cutoff);
  if (cutoffs.sessions.size <= maxSessions) return;
  for (const [first, dropped] of cutoffs.sessions) {
    cutoffs.sessions.delete(first);
    cutoffs.recheck = later(cutoffs.recheck, dropped);
    return;
  }
}

/** @param except the one session that stays active */
export function endSessions(cutoffs: UserCutoffs, except: string | null, cutoff: Cutoff): void {
  const fresh = { ...cutoff, except };
  const isNewer = cutoffs.ended === null || cutoffs.ended.at <= cutoff.at;
  const [older, newer] = isNewer ? [cutoffs.ended, fresh] : [fresh, cutoffs.ended ?? fresh];
  cutoffs.ended = newer;
  if (except !== null) cutoffs.some = later(cutoffs.some, cutoff);
  // The older event ended the session that the newer one excepts.
  if (older !== null && newer.except !== null && older.except !== newer.except) {
    endSession(cutoffs, newer.except, older);
  }
}

export function statusWith(
  cutoffs: UserCutoffs,
  { sessionId, issuedAt }: Pick<AccessTokenInfo, 'sessionId' | 'issuedAt'>,
): RevocationStatus {
  const { ended, some, recheck } = cutoffs;
  const session = sessionId === null ? undefined : cutoffs.sessions.get(sessionId);
  const isSpared =
    ended !== null && ended.except !== null && (sessionId ?? ended.except) === ended.except;
  let status = recheck === null ? clear : recheckAt(issuedAt, recheck);
  if (ended !== null && !isSpared) status = worse(status, statusAt(issuedAt, ended));
  if (session !== undefined) status = worse(status, statusAt(issuedAt, session));
  if (sessionId === null && some !== null) status = worse(status, recheckAt(issuedAt, some));
  return status;
}
