import type { AccountEvent } from '../../identity/account-event.ts';
import { isUserId, type LogEvent } from './log-event.ts';
import { namedIn } from './own-issuer.ts';

type Kind = 'SESSIONS_ENDED' | 'RECHECK_TOKENS' | 'PROFILE_CHANGED' | 'GAP';

const ended: readonly Kind[] = ['SESSIONS_ENDED', 'PROFILE_CHANGED'];
const doubted: readonly Kind[] = ['RECHECK_TOKENS'];
const doubtedAndChanged: readonly Kind[] = ['RECHECK_TOKENS', 'PROFILE_CHANGED'];
const changed: readonly Kind[] = ['PROFILE_CHANGED'];
/** Tokens of any user may have ended, and the event names no user. */
const lost: readonly Kind[] = ['GAP'];

/**
 * What each event of Okta means to caches of account data
 * (https://developer.okta.com/docs/reference/api/event-types/). Tokens have ended where Okta refuses
 * them under any settings. Where that depends on a setting, or on the app or token, which the event
 * does not name for certain, Okta has to be asked.
 */
const meanings = {
  'user.lifecycle.deactivate': ended,
  'user.lifecycle.suspend': ended,
  'user.lifecycle.delete.initiated': ended,
  'user.lifecycle.delete.completed': ended,

  // Of `DELETE /users/{id}/sessions`: OAuth tokens live on without `oauthTokens=true`.
  'user.session.clear': doubted,
  'user.session.end': doubted,
  // Of one app, which may be another one.
  'user.authentication.universal_logout': doubted,
  'application.user_membership.remove': doubted,
  'user.mfa.factor.reset_all': doubted,
  'app.oauth2.as.token.revoke': doubted,
  'app.oauth2.as.token.revoke.implicit.as': doubted,
  'app.oauth2.as.token.revoke.implicit.client': doubted,
  'app.oauth2.as.token.revoke.implicit.user': doubted,
  'app.oauth2.as.token.detect_reuse': doubted,
  'app.oauth2.token.revoke': doubted,
  'app.oauth2.token.revoke.implicit.as': doubted,
  'app.oauth2.token.revoke.implicit.client': doubted,
  'app.oauth2.token.revoke.implicit.user': doubted,
  'app.oauth2.token.detect_reuse': doubted,

  'application.lifecycle.deactivate': lost,
  'application.lifecycle.delete': lost,
  'oauth2.as.deactivated': lost,
  'oauth2.as.deleted': lost,

  'user.account.lock': doubtedAndChanged,
  'user.account.update_password': doubtedAndChanged,
  'user.account.reset_password': doubtedAndChanged,
  'user.account.expire_password': doubtedAndChanged,

  'user.account.update_profile': changed,
  'user.account.update_primary_email': changed,
  'user.account.unlock': changed,
  'user.account.unlock_by_admin': changed,
  'user.lifecycle.create': changed,
  'user.lifecycle.activate': changed,
  'user.lifecycle.reactivate': changed,
  'user.lifecycle.unsuspend': changed,
} as const satisfies Record<string, readonly Kind[]>;

export type HeardType = keyof typeof meanings;

/** The events that mean something here: what to ask the System Log for, and a hook to subscribe to. */
export const heardTypes: readonly string[] = Object.keys(meanings);

export function isHeard(eventType: string): eventType is HeardType {
  return Object.hasOwn(meanings, eventType);
}

/** Nothing has become of what was refused or failed. */
const nothingDone: readonly string[] = ['FAILURE', 'DENY', 'SKIPPED'];

/** Of a sign-in, which locks the account, and of an attempt to reuse a token, which ends others. */
function tellsByFailure(eventType: HeardType): boolean {
  return eventType === 'user.account.lock' || eventType.endsWith('.detect_reuse');
}

/**
 * Deterministic, ids included. Empty for an event without a meaning here, and for a token that
 * belongs to no user. GAP where tokens have ended of users that the event does not name.
 */
export function toAccountEvents(event: LogEvent): readonly AccountEvent[] {
  const { uuid, published: at, eventType, outcome } = event;
  if (!isHeard(eventType)) return [];
  const failed = nothingDone.includes(outcome?.result ?? '');
  if (failed && !tellsByFailure(eventType)) return [];
  const kinds = meanings[eventType];
  const users = usersOf(event);
  if (kinds === lost || (users.length === 0 && endsTokens(eventType, kinds))) {
    const named = kinds === ended ? [] : namedIn(event);
    return [{ id: `${uuid} GAP`, at, kind: 'GAP', named }];
  }
  return users.flatMap((userId) =>
    kinds.map((kind) => accountEvent(kind, { id: `${uuid} ${kind} ${userId}`, at, userId })),
  );
}

/** Whether the tokens of the users that it is about have certainly ended. */
function endsTokens(eventType: HeardType, kinds: readonly Kind[]): boolean {
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
 * The users that the event is about: the owners of the token; else the users in its targets; else,
 * for a session or a lock, its actor, since those are the actor's own. For other events the actor may
 * be an administrator.
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
