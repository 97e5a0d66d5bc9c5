import type { Org } from '../org.ts';
import type { UserEntity } from '../store/entities.ts';
import { endSessionsOfUser } from '../store/store.ts';
import { logOfUser } from './account-events.ts';

/** Ends Okta's own sessions of a user, which revokes no token. */
export function endSessions(org: Org, user: UserEntity): void {
  endSessionsOfUser(org.store, user.id);
  logOfUser(org, 'user.session.clear', user);
}
