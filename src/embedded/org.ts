import type { Events } from './events/events.ts';
import type { EventHooks } from './events/hooks.ts';
import type { Origins } from './events/origin.ts';
import type { Exchange, SeededCredentials } from './handle.ts';
import type { Faults } from './http/faults.ts';
import type { RateLimits } from './http/rate-limits.ts';
import type { RequestLog } from './http/request-log.ts';
import type { Person } from './settings/policies.ts';
import type { UserEntity } from './store/entities.ts';
import type { Keys } from './store/keys.ts';
import type { Store } from './store/store.ts';

/** All that the routes of one embedded org share. */
export interface Org {
  readonly store: Store;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** `http://127.0.0.1:{port}`, known once the org listens. */
  readonly url: () => string;
  readonly engine: 'classic' | 'identity';
  readonly keys: Keys;
  readonly limits: RateLimits;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly events: Events;
  readonly hooks: EventHooks;
  /** The request during which something happens. */
  readonly origins: Origins;
  /** The SSWS token of an administrator. */
  readonly apiToken: string;
  /** The seeded customer. */
  readonly customer: SeededCredentials['customer'];
  /** GraphiQL of the API beside this org, once it listens; null: none. */
  graphiqlUrl: string | null;
  readonly observe: ((exchange: Exchange) => void) | null;
  /** Something that the snapshot file keeps may have changed. */
  readonly changed: () => void;
}

/** A user who sends the current request. */
export function personOf({ origins }: Org, { id, groupIds }: UserEntity): Person {
  return { id, groupIds, ip: origins.current()?.ip ?? null };
}

/** The org authorization server's place among the ids of custom ones. */
export const orgServerId = 'org';

/** `iss` of the tokens of an authorization server. */
export function issuerOf(org: Org, serverId: string): string {
  return serverId === orgServerId ? org.url() : `${org.url()}/oauth2/${serverId}`;
}
