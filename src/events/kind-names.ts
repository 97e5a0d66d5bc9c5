import type { AccountEvent } from '../identity/account-event.ts';

type Kind = AccountEvent['kind'];

/**
 * The names of the kinds in Redis and in the metrics, which are stable: during a rolling update the
 * version before this one reads them from Redis, and dashboards query them.
 */
export const stableNames: Readonly<Record<Kind, string>> = {
  SESSIONS_ENDED: 'SESSIONS_ENDED',
  RECHECK_TOKENS: 'TOKENS_DOUBTED',
  RECHECK_SERVICES: 'SERVICES_DOUBTED',
  TOKEN_ENDED: 'TOKEN_ENDED',
  PROFILE_CHANGED: 'PROFILE_CHANGED',
  GAP: 'EVENTS_LOST',
  WATERMARK: 'EVENTS_COMPLETE',
};

const kinds = new Map<string, Kind>(
  (Object.keys(stableNames) as Kind[]).map((kind) => [stableNames[kind], kind]),
);

/** The kind with this stable name; the name itself if there is none. */
export function kindNamed(name: string): string {
  return kinds.get(name) ?? name;
}
