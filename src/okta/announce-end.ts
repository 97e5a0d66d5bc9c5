import type { EndedSessions } from '../identity/model.ts';

/** Told when sessions were ended at Okta; not `certain`: or maybe they were not. */
export type OnSessionsEnded = (ended: EndedSessions, certain: boolean) => Promise<void>;

/**
 * After a failure too: Okta may have ended them all the same, and whoever asked for it wants nobody to
 * be let on with them.
 */
export async function announcingEnd<Result>(
  ended: EndedSessions,
  onSessionsEnded: OnSessionsEnded,
  end: () => Promise<Result>,
): Promise<Result> {
  let certain = false;
  try {
    const result = await end();
    certain = true;
    return result;
  } finally {
    await onSessionsEnded(ended, certain);
  }
}
