import { notFound } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { UserEntity } from '../store/entities.ts';
import { findUser } from '../store/store.ts';

/** @throws ApiError E0000007 */
export function requireUser(org: Org, idOrLogin: string): UserEntity {
  const user = findUser(org.store, idOrLogin);
  if (user === null) throw notFound(idOrLogin, 'User');
  return user;
}
