import type { ClientEntity, UserEntity } from '../store/entities.ts';
import type { LogEntity } from './log-event.ts';

export function userEntity({ id, profile }: UserEntity): LogEntity {
  const names = [profile['firstName'], profile['lastName']].filter(
    (name) => typeof name === 'string',
  );
  return { id, type: 'User', alternateId: profile.login, displayName: names.join(' ') };
}

/** Somebody who tried to sign in under a name that nobody has. */
export function unknownUserEntity(login: string): LogEntity {
  return { id: 'unknown', type: 'User', alternateId: login, displayName: 'unknown' };
}

/** Okta calls every OAuth client a public one here. */
export function appEntity({ clientId, label }: ClientEntity): LogEntity {
  return { id: clientId, type: 'PublicClientApp', alternateId: clientId, displayName: label };
}
