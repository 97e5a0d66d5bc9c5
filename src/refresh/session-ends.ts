import * as z from 'zod';
import { publicDigestOf } from '../crypto/token-digest.ts';
import type { EndedSessions } from '../identity/model.ts';

/** Whose session a refresh goes on with. */
export interface Owner {
  readonly userId: string;
  /** Null where the provider does not name it. */
  readonly sessionId: string | null;
}

export const sessionsEnd = z.object({
  /** Epoch milliseconds. */
  at: z.number(),
  /** The one session that went on. */
  except: z.string().nullable(),
});
/** That sessions of an account were ended, and when: all of them, or the one it is kept under. */
export type SessionsEnd = z.infer<typeof sessionsEnd>;

/** Under which name to keep an end, or several of one account: in braces what they have in common. */
export function endKey({ userId, kind, sessionId }: EndedSessions): string {
  return keyOf(userId, kind === 'one' ? sessionId : null);
}

export function toSessionsEnd({ kind, sessionId }: EndedSessions, at: number): SessionsEnd {
  return { at, except: kind === 'others' ? sessionId : null };
}

/** The names of all ends that can concern a session. */
export function endKeysOf({ userId, sessionId }: Owner): readonly string[] {
  const ofUser = keyOf(userId, null);
  return sessionId === null ? [ofUser] : [ofUser, keyOf(userId, sessionId)];
}

/** Whether a refresh that began then (epoch milliseconds) belongs to a session that has ended. */
export function concerns({ at, except }: SessionsEnd, { sessionId }: Owner, begunAt: number) {
  return begunAt <= at && (except === null || except !== sessionId);
}

function keyOf(userId: string, sessionId: string | null): string {
  return `{${publicDigestOf(userId)}}:${sessionId === null ? 'all' : publicDigestOf(sessionId)}`;
}
