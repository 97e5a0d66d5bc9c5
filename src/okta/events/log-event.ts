import * as z from 'zod';
import { oktaId } from '../wire/schemas.ts';

/** Who did it, or what it was done to. */
const entity = z.object({
  id: z.string().nullish(),
  type: z.string().nullish(),
  /** For a token: its owner. */
  detailEntry: z.looseObject({ subject: z.unknown() }).nullish().catch(null),
});

/** The parts of a System Log entry that are used here; event hooks deliver the same entries. */
const logEvent = z.object({
  uuid: z.string().min(1).max(100),
  /** To epoch milliseconds. */
  published: z.iso.datetime({ offset: true }).transform(Date.parse),
  eventType: z.string(),
  outcome: z.object({ result: z.string().nullish() }).nullish().catch(null),
  actor: entity.nullish().catch(null),
  /** An unreadable target is null, so that the others still count. */
  target: z.array(entity.nullable().catch(null)).nullish().catch(null),
});
export type LogEvent = z.infer<typeof logEvent>;

/** Null for anything else, or where the id or the time is missing. */
export function readLogEvent(value: unknown): LogEvent | null {
  const parsed = logEvent.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** For an unknown user, Okta's id is `unknown`. */
export function isUserId(id: unknown): id is string {
  return oktaId.safeParse(id).success;
}
