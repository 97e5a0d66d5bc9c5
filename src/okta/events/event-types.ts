import type {
  AccountEvent,
  ProfileCause,
  RecheckCause,
  SessionsEndedCause,
} from '../../identity/account-event.ts';
import { isUserId, type LogEvent } from './log-event.ts';
import { targetsOf } from './own-issuer.ts';

/** One of the events that an event of Okta's becomes, for each of its users. */
type Part =
  | {
      readonly kind: 'SESSIONS_ENDED';
      readonly sessionId: null;
      readonly except: null;
      readonly cause: SessionsEndedCause;
    }
  | { readonly kind: 'RECHECK_TOKENS'; readonly cause: RecheckCause }
  | { readonly kind: 'PROFILE_CHANGED'; readonly cause?: ProfileCause };
type Effect = readonly Part[];

const profileChanged = { kind: 'PROFILE_CHANGED' } as const;
const ended = (cause: SessionsEndedCause): Effect => [
  { kind: 'SESSIONS_ENDED', sessionId: null, except: null, cause },
  profileChanged,
];
const recheck = (cause: RecheckCause): Effect => [{ kind: 'RECHECK_TOKENS', cause }];
const recheckAndChanged = (cause: RecheckCause): Effect => [...recheck(cause), profileChanged];
const changed: Effect = [profileChanged];
const enabled: Effect = [{ kind: 'PROFILE_CHANGED', cause: 'ACCOUNT_ENABLED' }];
/** Tokens of any user may have been revoked, and the event names no user. */
const gap: Effect = [];

/**
 * How each type of Okta's events affects our caches
 * (https://developer.okta.com/docs/reference/api/event-types/). `ended`: Okta refuses the tokens under
 * any settings. `recheck`: that depends on a setting, or on the app or token, which the event does not
 * name for certain, so each token is introspected.
 */
const eventTypes = {
  'user.lifecycle.deactivate': ended('ACCOUNT_DISABLED'),
  'user.lifecycle.suspend': ended('ACCOUNT_DISABLED'),
  'user.lifecycle.delete.initiated': ended('ACCOUNT_DISABLED'),
  'user.lifecycle.delete.completed': ended('ACCOUNT_DELETED'),

  // For `DELETE /users/{id}/sessions`: OAuth tokens stay valid without `oauthTokens=true`.
  'user.session.clear': recheck('SESSION_ENDED'),
  'user.session.end': recheck('SESSION_ENDED'),
  // For one app, which may not be ours.
  'user.authentication.universal_logout': recheck('SESSION_ENDED'),
  'application.user_membership.remove': recheck('SESSION_ENDED'),
  'user.mfa.factor.reset_all': recheck('FACTORS_RESET'),
  'app.oauth2.as.token.revoke': recheck('TOKEN_REVOKED'),
  'app.oauth2.as.token.revoke.implicit.as': recheck('TOKEN_REVOKED'),
  'app.oauth2.as.token.revoke.implicit.client': recheck('TOKEN_REVOKED'),
  'app.oauth2.as.token.revoke.implicit.user': recheck('TOKEN_REVOKED'),
  'app.oauth2.as.token.detect_reuse': recheck('TOKEN_REVOKED'),
  'app.oauth2.token.revoke': recheck('TOKEN_REVOKED'),
  'app.oauth2.token.revoke.implicit.as': recheck('TOKEN_REVOKED'),
  'app.oauth2.token.revoke.implicit.client': recheck('TOKEN_REVOKED'),
  'app.oauth2.token.revoke.implicit.user': recheck('TOKEN_REVOKED'),
  'app.oauth2.token.detect_reuse': recheck('TOKEN_REVOKED'),

  'application.lifecycle.deactivate': gap,
  'application.lifecycle.delete': gap,
  'oauth2.as.deactivated': gap,
  'oauth2.as.deleted': gap,

  'user.account.lock': recheckAndChanged('ACCOUNT_LOCKED'),
  'user.account.update_password': recheckAndChanged('PASSWORD_CHANGED'),
  'user.account.reset_password': recheckAndChanged('PASSWORD_CHANGED'),
  'user.account.expire_password': recheckAndChanged('PASSWORD_EXPIRED'),

  'user.account.update_profile': changed,
  'user.account.update_primary_email': changed,
  'user.account.unlock': enabled,
  'user.account.unlock_by_admin': enabled,
  'user.lifecycle.create': changed,
  'user.lifecycle.activate': enabled,
  'user.lifecycle.reactivate': enabled,
  'user.lifecycle.unsuspend': enabled,
} as const satisfies Record<string, Effect>;

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
  const effect: Effect = eventTypes[eventType];
  const users = usersOf(event);
  if (effect === gap || (users.length === 0 && endsTokens(eventType, effect))) {
    const named = endsSessions(effect) ? [] : targetsOf(event);
    return [{ id: `${uuid} GAP`, at, kind: 'GAP', named }];
  }
  return users.flatMap((userId) =>
    effect.map((part) => ({ ...part, id: `${uuid} ${part.kind} ${userId}`, at, userId })),
  );
}

/** Whether tokens were certainly revoked, even if the event names no user. */
function endsTokens(eventType: HandledType, effect: Effect): boolean {
  return endsSessions(effect) || eventType.includes('.revoke.implicit.');
}

function endsSessions(effect: Effect): boolean {
  return effect.some(({ kind }) => kind === 'SESSIONS_ENDED');
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
