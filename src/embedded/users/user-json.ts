import { createHash } from 'node:crypto';
import { notFound } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { UserEntity, UserStatus } from '../store/entities.ts';
import { findUser } from '../store/store.ts';
import { profileJson } from './profile.ts';
import { userSchemaId, userTypeId } from './search.ts';

/** @throws ApiError E0000007 */
export function requireUser(org: Org, idOrLogin: string): UserEntity {
  const user = findUser(org.store, idOrLogin);
  if (user === null) throw notFound(idOrLogin, 'User');
  return user;
}

export const isoDate = (time: number): string => new Date(time).toISOString();
const isoDateOrNull = (time: number | null) => (time === null ? null : isoDate(time));

const paths = {
  activate: 'lifecycle/activate',
  reactivate: 'lifecycle/reactivate',
  deactivate: 'lifecycle/deactivate',
  suspend: 'lifecycle/suspend',
  unsuspend: 'lifecycle/unsuspend',
  unlock: 'lifecycle/unlock',
  resetPassword: 'lifecycle/reset_password',
  expirePassword: 'lifecycle/expire_password',
  forgotPassword: 'credentials/forgot_password',
  changePassword: 'credentials/change_password',
  changeRecoveryQuestion: 'credentials/change_recovery_question',
  resetFactors: 'lifecycle/reset_factors',
} as const;

/** For users who can sign in. */
const allOfActive = [
  'suspend',
  'resetPassword',
  'expirePassword',
  'forgotPassword',
  'changePassword',
  'changeRecoveryQuestion',
  'resetFactors',
  'deactivate',
] as const;

const links: Readonly<Record<UserStatus, readonly (keyof typeof paths)[]>> = {
  STAGED: ['activate', 'resetFactors'],
  PROVISIONED: ['suspend', 'reactivate', 'resetPassword', 'resetFactors', 'deactivate'],
  ACTIVE: allOfActive,
  RECOVERY: ['suspend', 'reactivate', 'resetPassword', 'resetFactors', 'deactivate'],
  PASSWORD_EXPIRED: allOfActive,
  LOCKED_OUT: ['unlock', 'resetPassword', 'resetFactors', 'deactivate'],
  SUSPENDED: ['unsuspend', 'resetFactors', 'deactivate'],
  DEPROVISIONED: ['activate', 'resetFactors'],
};

/** The default realm. */
const realmId = 'guoEmbeddedDefault00';

/** A password shows as an empty object: Okta reveals only that there is one. */
export function credentialsJson(user: UserEntity): Record<string, unknown> {
  return {
    ...(user.password === null ? {} : { password: {} }),
    provider: { type: 'OKTA', name: 'OKTA' },
  };
}

/** A user as Okta lists it, where `_links` holds `self` alone. */
export function listedUserJson(org: Org, user: UserEntity): Record<string, unknown> {
  return {
    id: user.id,
    status: user.status,
    created: isoDate(user.created),
    activated: isoDateOrNull(user.activated),
    statusChanged: isoDateOrNull(user.statusChanged),
    lastLogin: isoDateOrNull(user.lastLogin),
    lastUpdated: isoDate(user.lastUpdated),
    passwordChanged: isoDateOrNull(user.passwordChanged),
    realmId,
    type: { id: userTypeId },
    profile: profileJson(user.profile),
    credentials: credentialsJson(user),
    _links: { self: { href: `${org.url()}/api/v1/users/${user.id}` } },
  };
}

/** A single user, with a link for each operation that the status allows. */
export function userJson(org: Org, user: UserEntity): Record<string, unknown> {
  const self = `${org.url()}/api/v1/users/${user.id}`;
  const operations = links[user.status].map((name) => [
    name,
    { href: `${self}/${paths[name]}`, method: 'POST' },
  ]);
  return {
    ...listedUserJson(org, user),
    _links: {
      ...Object.fromEntries(operations),
      ...(user.status === 'DEPROVISIONED' && { delete: { href: self, method: 'DELETE' } }),
      schema: { href: `${org.url()}/api/v1/meta/schemas/user/${userSchemaId}` },
      type: { href: `${org.url()}/api/v1/meta/types/user/${userTypeId}` },
      self: { href: self },
    },
  };
}

/** Changes with every change of the user. */
export function entityTag(org: Org, user: UserEntity): string {
  const digest = createHash('sha256').update(JSON.stringify(userJson(org, user)));
  return `W/"${digest.digest('hex').slice(0, 32)}"`;
}
