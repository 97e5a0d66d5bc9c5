import * as z from 'zod';
import { publicDigestOf } from '../crypto/token-digest.ts';
import type { EndedSessions } from '../identity/model.ts';

/** The account and session of a refresh. */
export interface Owner {
  readonly userId: string;
  /** Null if the provider does not name it. */
  readonly sessionId: string | null;
}

export const sessionsEnd = z.object({
  /** Epoch milliseconds. */
  at: z.number(),
  /** The one session that stayed valid. */
  except: z.string().nullable(),
});
/** When sessions of an account were ended: all of them, or the one of its key. */
export type SessionsEnd = z.infer<typeof sessionsEnd>;

/** The key of an end. The account is in braces, so that its keys share a cluster slot. */
export function endKey({ userId, kind, sessionId }: EndedSessions): string {
  return keyOf(userId, kind === 'one' ? sessionId : null);
}

export function toSessionsEnd({ kind, sessionId }: EndedSessions, at: number): SessionsEnd {
  return { at, except: kind === 'others' ? sessionId : null };
}

/** The keys of all ends that can concern a session. */
export function endKeysOf({ userId, sessionId }: Owner): readonly string[] {
  const ofUser = keyOf(userId, null);
  return sessionId === null ? [ofUser] : [ofUser, keyOf(userId, sessionId)];
}

/** Whether it ended the session of a refresh that started at `begunAt` (epoch milliseconds). */
export function covers({ at, except }: SessionsEnd, { sessionId }: Owner, begunAt: number) {
  return begunAt <= at && (except === null || except !== sessionId);
}

function keyOf(userId: string, sessionId: string | null): string {
  return `{${publicDigestOf(userId)}}:${sessionId === null ? 'all' : publicDigestOf(sessionId)}`;
}
