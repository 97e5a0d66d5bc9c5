import type { AccountEvent } from '../../identity/account-event.ts';
import { isUserId, type LogEvent } from './log-event.ts';
import { targetsOf } from './own-issuer.ts';

type Kind = 'SESSIONS_ENDED' | 'RECHECK_TOKENS' | 'PROFILE_CHANGED' | 'GAP';

const ended: readonly Kind[] = ['SESSIONS_ENDED', 'PROFILE_CHANGED'];
const recheck: readonly Kind[] = ['RECHECK_TOKENS'];
const recheckAndChanged: readonly Kind[] = ['RECHECK_TOKENS', 'PROFILE_CHANGED'];
const changed: readonly Kind[] = ['PROFILE_CHANGED'];
/** Tokens of any user may have been revoked, and the event names no user. */
const gap: readonly Kind[] = ['GAP'];

/**
 * How each type of Okta's events affects our caches
 * (https://developer.okta.com/docs/reference/api/event-types/). `ended`: Okta refuses the tokens under
 * any settings. `recheck`: that depends on a setting, or on the app or token, which the event does not
 * name for certain, so each token is introspected.
 */
const eventTypes = {
  'user.lifecycle.deactivate': ended,
  'user.lifecycle.suspend': ended,
  'user.lifecycle.delete.initiated': ended,
  'user.lifecycle.delete.completed': ended,

  // For `DELETE /users/{id}/sessions`: OAuth tokens stay valid without `oauthTokens=true`.
  'user.session.clear': recheck,
  'user.session.end': recheck,
  // For one app, which may not be ours.
  'user.authentication.universal_logout': recheck,
  'application.user_membership.remove': recheck,
  'user.mfa.factor.reset_all': recheck,
  'app.oauth2.as.token.revoke': recheck,
  'app.oauth2.as.token.revoke.implicit.as': recheck,
  'app.oauth2.as.token.revoke.implicit.client': recheck,
  'app.oauth2.as.token.revoke.implicit.user': recheck,
  'app.oauth2.as.token.detect_reuse': recheck,
  'app.oauth2.token.revoke': recheck,
  'app.oauth2.token.revoke.implicit.as': recheck,
  'app.oauth2.token.revoke.implicit.client': recheck,
  'app.oauth2.token.revoke.implicit.user': recheck,
  'app.oauth2.token.detect_reuse': recheck,

  'application.lifecycle.deactivate': gap,
  'application.lifecycle.delete': gap,
  'oauth2.as.deactivated': gap,
  'oauth2.as.deleted': gap,

  'user.account.lock': recheckAndChanged,
  'user.account.update_password': recheckAndChanged,
  'user.account.reset_password': recheckAndChanged,
  'user.account.expire_password': recheckAndChanged,

  'user.account.update_profile': changed,
  'user.account.update_primary_email': changed,
  'user.account.unlock': changed,
  'user.account.unlock_by_admin': changed,
  'user.lifecycle.create': changed,
  'user.lifecycle.activate': changed,
  'user.lifecycle.reactivate': changed,
  'user.lifecycle.unsuspend': changed,
} as const satisfies Record<string, readonly Kind[]>;

export type HandledType = keyof typeof eventTypes;

/** The filter of the System Log, and the types that an event hook should subscribe to. */
export const handledTypes: readonly string[] = Object.keys(eventTypes);

export function isHandled(eventType: string): eventType is HandledType {
  return Object.hasOwn(eventTypes, eventType);
}

/** With these results nothing happened. */
const failedResults: readonly string[] = ['FAILURE', 'DENY', 'SKIPPED'];

/** A failed sign-in may lock the account, and an attempt to reuse a token revokes others. */
function countsWhenFailed(eventType: HandledType): boolean {
  return eventType === 'user.account.lock' || eventType.endsWith('.detect_reuse');
}

/**
 * Deterministic, including the ids. Empty for a type that is not handled, and for a token of no user.
 * A GAP if tokens were revoked of users that the event does not name.
 */
export function toAccountEvents(event: LogEvent): readonly AccountEvent[] {
  const { uuid, published: at, eventType, outcome } = event;
  if (!isHandled(eventType)) return [];
  const failed = failedResults.includes(outcome?.result ?? '');
  if (failed && !countsWhenFailed(eventType)) return [];
  const kinds = eventTypes[eventType];
  const users = usersOf(event);
  if (kinds === gap || (users.length === 0 && endsTokens(eventType, kinds))) {
    const named = kinds === ended ? [] : targetsOf(event);
    return [{ id: `${uuid} GAP`, at, kind: 'GAP', named }];
  }
  return users.flatMap((userId) =>
    kinds.map((kind) => accountEvent(kind, { id: `${uuid} ${kind} ${userId}`, at, userId })),
  );
}

/** Whether tokens were certainly revoked, even if the event names no user. */
function endsTokens(eventType: HandledType, kinds: readonly Kind[]): boolean {
  return kinds === ended || eventType.includes('.revoke.implicit.');
}

function accountEvent(
  kind: Kind,
  about: { readonly id: string; readonly at: number; readonly userId: string },
): AccountEvent {
  if (kind !== 'SESSIONS_ENDED') return { ...about, kind };
  return { ...about, kind, sessionId: null, except: null };
}

/**
 * The users that the event is about: the owners of the token; else the users among its targets; else,
 * for a session or a lock, its actor, to whom those belong. For other events the actor may be an
 * administrator.
 */
function usersOf({ eventType, actor, target }: LogEvent): readonly string[] {
  const targets = (target ?? []).filter((each) => each !== null);
  const owners = targets.map(({ detailEntry }) => detailEntry?.subject).filter(isUserId);
  if (owners.length > 0) return [...new Set(owners)];
  const users = targets.filter(isUser).map(({ id }) => id);
  if (users.length > 0) return [...new Set(users)];
  const isOwn = eventType.startsWith('user.session.') || eventType === 'user.account.lock';
  return isOwn && isUser(actor) ? [actor.id] : [];
}

type Entity = NonNullable<LogEvent['actor']>;

function isUser(entity: Entity | null | undefined): entity is Entity & { readonly id: string } {
  return entity?.type === 'User' && isUserId(entity.id);
}
