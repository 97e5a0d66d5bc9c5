import type { Reach } from './cache/account-cache.ts';

/**
 * `connecting`: not heard yet. `live`: events come. `interrupted`: cut, and connecting again. `refused`:
 * the API does not accept the credentials, and is asked again once a minute or when the secret changes.
 */
export type StreamState = 'connecting' | 'live' | 'interrupted' | 'refused' | 'closed';

export interface BackendStatus {
  readonly state: StreamState;
  /** When it became so. */
  readonly since: Date;
  /** Why the stream was cut or refused last; null while it never was. It holds no secret. */
  readonly problem: string | null;
  /** The last event that was applied, as `Events-Position` names it. */
  readonly position: string | null;
  /** Whose events the server hears. */
  readonly reach: Reach | null;
  /** Until when the API has read the System Log of Okta; null where it does not. */
  readonly completeUntil: Date | null;
  /** In memory. */
  readonly tokens: number;
  readonly profiles: number;
  /** Questions about tokens, since the start. */
  readonly asked: number;
  /** Times that all was dropped since events were missed. */
  readonly gaps: number;
}
