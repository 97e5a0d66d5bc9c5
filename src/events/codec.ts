import * as z from 'zod';
import type { AccountEvent } from '../identity/account-event.ts';

const envelope = { id: z.string(), at: z.number() };

const accountEvent: z.ZodType<AccountEvent> = z.discriminatedUnion('kind', [
  z.object({
    ...envelope,
    kind: z.literal('SESSIONS_ENDED'),
    userId: z.string(),
    sessionId: z.string().nullable(),
    except: z.string().nullable(),
  }),
  z.object({ ...envelope, kind: z.literal('TOKENS_DOUBTED'), userId: z.string() }),
  z.object({
    ...envelope,
    kind: z.literal('TOKEN_ENDED'),
    tokenDigest: z.string(),
    userId: z.string().nullable(),
  }),
  z.object({ ...envelope, kind: z.literal('PROFILE_CHANGED'), userId: z.string() }),
  z.object({ ...envelope, kind: z.literal('EVENTS_LOST'), named: z.array(z.string()).optional() }),
  z.object({ ...envelope, kind: z.literal('EVENTS_COMPLETE') }),
]);

export function encodeEvent(event: AccountEvent): string {
  return JSON.stringify(event);
}

/**
 * Null for an event that this version does not know: another version of this API has published it.
 * SERVICES_DOUBTED is null as well: it is what EVENTS_LOST means to a process that accepts no tokens
 * of the apps it names.
 */
export function decodeEvent(encoded: string): AccountEvent | null {
  try {
    return accountEvent.parse(JSON.parse(encoded));
  } catch {
    return null;
  }
}
