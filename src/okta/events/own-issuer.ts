import { isOrgServer, type OktaConfig } from '../../config.ts';
import type { AccountEvent } from '../../identity/account-event.ts';
import type { LogEvent } from './log-event.ts';

/** The issuer and the clients of the tokens that this API accepts. */
export interface OwnTokens {
  /** Of the apps whose customers' tokens are accepted; tokens of services may be of any app. */
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

/** Okta's id of an app, which is its client id too unless an administrator has chosen another. */
const appId = /^0oa[0-9A-Za-z]{17}$/;
/** The `default` server goes by that name, and it is not documented whether by an id too. */
const serverId = /^aus[0-9A-Za-z]{17}$/;

/** The apps and servers that an event is about; none where it may be about others, too. */
export function namedIn({ target }: Pick<LogEvent, 'target'>): readonly string[] {
  const ids = (target ?? []).map((each) => each?.id ?? '');
  return ids.includes('') ? [] : ids.filter((id) => appId.test(id) || serverId.test(id));
}

/**
 * What a shared event means to this process. GAP means nothing where it names only other
 * servers, and only RECHECK_SERVICES where it names only other apps.
 * @returns null: nothing
 */
export function meaningTo(ours: OwnTokens, event: AccountEvent): AccountEvent | null {
  if (event.kind !== 'GAP') return event;
  const { id, at, named = [] } = event;
  const ownServers = ours.serverId === null ? [] : [ours.serverId];
  if (nameOthers(named, ownServers, serverId)) return null;
  return nameOthers(named, ours.clientIds, appId) ? { id, at, kind: 'RECHECK_SERVICES' } : event;
}

/** False where one of ours is known by another name than its id. */
function nameOthers(ids: readonly string[], own: readonly string[], pattern: RegExp): boolean {
  const named = ids.filter((id) => pattern.test(id));
  const isTold = named.length > 0 && own.every((id) => pattern.test(id));
  return isTold && !named.some((id) => own.includes(id));
}
