import { isOrgServer, type OktaConfig } from '../../config.ts';
import type { AccountEvent } from '../../identity/account-event.ts';
import type { LogEvent } from './log-event.ts';

/** The issuer and the clients of the tokens that this API accepts. */
export interface OwnIssuer {
  /** Apps whose customer tokens are accepted. Service tokens may be from any app. */
  readonly clientIds: readonly string[];
  /** Of the authorization server; null for that of the org. */
  readonly serverId: string | null;
}

export function ownIssuerOf(
  config: Pick<OktaConfig, 'orgUrl' | 'issuer' | 'acceptedClientIds'>,
): OwnIssuer {
  const serverId = isOrgServer(config)
    ? null
    : config.issuer.slice(config.issuer.lastIndexOf('/') + 1);
  return { clientIds: config.acceptedClientIds, serverId };
}

/** Okta's id of an app, which is also its client id unless an administrator has chosen another. */
const appId = /^0oa[0-9A-Za-z]{17}$/;
/** Events may name the `default` server by that name or by its id; Okta does not document which. */
const serverId = /^aus[0-9A-Za-z]{17}$/;

/** The apps and servers that an event concerns. Empty if it may concern others too. */
export function targetsOf({ target }: Pick<LogEvent, 'target'>): readonly string[] {
  const ids = (target ?? []).map((each) => each?.id ?? '');
  return ids.includes('') ? [] : ids.filter((id) => appId.test(id) || serverId.test(id));
}

/**
 * Narrows a shared event to the tokens that this process accepts. A GAP that names only other servers
 * is dropped; one that names only other apps becomes RECHECK_SERVICES.
 * @returns null for a dropped event
 */
export function narrowToOwn(ours: OwnIssuer, event: AccountEvent): AccountEvent | null {
  if (event.kind !== 'GAP') return event;
  const { id, at, named = [] } = event;
  const ownServers = ours.serverId === null ? [] : [ours.serverId];
  if (nameOnlyOthers(named, ownServers, serverId)) return null;
  return nameOnlyOthers(named, ours.clientIds, appId)
    ? { id, at, kind: 'RECHECK_SERVICES' }
    : event;
}

/** False if one of our own goes by another name than its id, since it may then be among `ids`. */
function nameOnlyOthers(ids: readonly string[], own: readonly string[], pattern: RegExp): boolean {
  const named = ids.filter((id) => pattern.test(id));
  const comparable = named.length > 0 && own.every((id) => pattern.test(id));
  return comparable && !named.some((id) => own.includes(id));
}
