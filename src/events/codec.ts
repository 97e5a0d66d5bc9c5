import * as z from 'zod';
import {
  type AccountEvent,
  profileCauses,
  recheckCauses,
  sessionsEndedCauses,
} from '../identity/account-event.ts';
import { kindNamed, stableNames } from './kind-names.ts';

const envelope = { id: z.string(), at: z.number() };
/** A cause that this version does not know counts as none: the event means the same. */
const cause = <Causes extends readonly string[]>(causes: Causes) =>
  z.enum(causes).optional().catch(undefined);

const accountEvent: z.ZodType<AccountEvent> = z.discriminatedUnion('kind', [
  z.object({
    ...envelope,
    kind: z.literal('SESSIONS_ENDED'),
    userId: z.string(),
    sessionId: z.string().nullable(),
    except: z.string().nullable(),
    cause: cause(sessionsEndedCauses),
  }),
  z.object({
    ...envelope,
    kind: z.literal('RECHECK_TOKENS'),
    userId: z.string(),
    cause: cause(recheckCauses),
  }),
  z.object({
    ...envelope,
    kind: z.literal('TOKEN_ENDED'),
    tokenDigest: z.string(),
    userId: z.string().nullable(),
  }),
  z.object({
    ...envelope,
    kind: z.literal('PROFILE_CHANGED'),
    userId: z.string(),
    cause: cause(profileCauses),
  }),
  z.object({ ...envelope, kind: z.literal('GAP'), named: z.array(z.string()).optional() }),
  z.object({ ...envelope, kind: z.literal('WATERMARK') }),
]);

const anyEvent = z.looseObject({ kind: z.string() });

/** With the stable name of the kind; `decodeEvent` reads both names. */
export function encodeEvent(event: AccountEvent): string {
  return JSON.stringify({ ...event, kind: stableNames[event.kind] });
}

/**
 * Null for an event that this version does not know, which another version of this API published.
 * RECHECK_SERVICES is null as well: it is never published. A process derives it from a GAP that names
 * only apps whose tokens it does not accept.
 */
export function decodeEvent(encoded: string): AccountEvent | null {
  try {
    const { kind, ...event } = anyEvent.parse(JSON.parse(encoded));
    return accountEvent.parse({ ...event, kind: kindNamed(kind) });
  } catch {
    return null;
  }
}
