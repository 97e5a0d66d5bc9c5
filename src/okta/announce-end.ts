import type { EndedSessions } from '../identity/model.ts';

/** Told when sessions were ended at Okta. */
export type OnSessionsEnded = (ended: EndedSessions) => Promise<void>;

/**
 * After a failure too: Okta may have ended them all the same, and whoever asked for it wants nobody to
 * be let on with them.
 */
export async function announcingEnd<Result>(
  ended: EndedSessions,
  onSessionsEnded: OnSessionsEnded,
  end: () => Promise<Result>,
): Promise<Result> {
  try {
    return await end();
  } finally {
    await onSessionsEnded(ended);
  }
}
