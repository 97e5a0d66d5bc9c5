import { isOrgServer, type OktaConfig } from '../config.ts';
import type { LogEvent } from './log-event.ts';

/** Who issues the tokens that are taken here, and to whom. */
export interface OwnTokens {
  /** Of the apps whose customers' tokens are taken; those of services may be of any app. */
  readonly clientIds: readonly string[];
  /** Of the authorization server; null: it is the one of the org. */
  readonly serverId: string | null;
}

export function ownTokensOf(
  config: Pick<OktaConfig, 'orgUrl' | 'issuer' | 'acceptedClientIds'>,
): OwnTokens {
  const serverId = isOrgServer(config)
    ? null
    : config.issuer.slice(config.issuer.lastIndexOf('/') + 1);
  return { clientIds: config.acceptedClientIds, serverId };
}

export type Concerned = 'EVERYBODY' | 'SERVICES' | 'NOBODY';

/** Okta's id of an app, which is its client id too unless an administrator has chosen another. */
const appId = /^0oa[0-9A-Za-z]{17}$/;
/** The `default` server goes by that name, and it is not documented whether by an id too. */
const serverId = /^aus[0-9A-Za-z]{17}$/;

/**
 * Whose tokens an event may have ended, as far as its targets say: nobody's where they name none but
 * other servers, and those of services alone where they name none but other apps.
 */
export function concernedBy({ target }: Pick<LogEvent, 'target'>, ours: OwnTokens): Concerned {
  const ids = (target ?? []).map((each) => each?.id ?? '');
  if (ids.includes('')) return 'EVERYBODY';
  const ownServers = ours.serverId === null ? [] : [ours.serverId];
  if (nameOthers(ids, ownServers, serverId)) return 'NOBODY';
  return nameOthers(ids, ours.clientIds, appId) ? 'SERVICES' : 'EVERYBODY';
}

/** Not told where one of ours is known by another name than its id. */
function nameOthers(ids: readonly string[], own: readonly string[], pattern: RegExp): boolean {
  const named = ids.filter((id) => pattern.test(id));
  const isTold = named.length > 0 && own.every((id) => pattern.test(id));
  return isTold && !named.some((id) => own.includes(id));
}
