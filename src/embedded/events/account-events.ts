import type { Org } from '../org.ts';
import type { UserEntity } from '../store/entities.ts';
import type { EventType } from './catalogue.ts';
import type { NewLogEvent } from './events.ts';
import { unknownUserEntity, userEntity } from './log-event.ts';

type Circumstances = Omit<NewLogEvent, 'type' | 'actor' | 'target'>;

/** A change of an account, by the credentials of the request. */
export function logOfUser(
  org: Org,
  type: EventType,
  user: UserEntity,
  circumstances: Circumstances = {},
): void {
  org.events.record({ type, target: [userEntity(user)], ...circumstances });
}

/** A change that users make to their own account, even through another client. */
export function logByUser(
  org: Org,
  type: EventType,
  user: UserEntity,
  circumstances: Circumstances = {},
): void {
  const entity = userEntity(user);
  org.events.record({ type, actor: entity, target: [entity], ...circumstances });
}

/** A sign-in or sign-out, which Okta logs without a target. */
export function logSession(
  org: Org,
  type: 'user.session.start' | 'user.session.end',
  user: UserEntity,
  circumstances: Circumstances = {},
): void {
  org.events.record({ type, actor: userEntity(user), ...circumstances });
}

/** Okta logs a lock as another failed sign-in. */
export function logLock(org: Org, user: UserEntity): void {
  const actor = userEntity(user);
  org.events.record({ type: 'user.account.lock', actor, failure: 'LOCKED_OUT' });
}

/** @param failed `user` is null if no user has this login */
export function logFailedSignIn(
  org: Org,
  failed: { readonly login: string; readonly user: UserEntity | null; readonly failure: string },
): void {
  const { login, user, failure } = failed;
  const actor = user === null ? unknownUserEntity(login) : userEntity(user);
  org.events.record({ type: 'user.session.start', actor, failure });
}
