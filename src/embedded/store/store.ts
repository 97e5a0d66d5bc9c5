import type { BaseAttributeSettings, CustomAttribute } from '../users/profile-attributes.ts';
import type {
  AccessTokenEntity,
  AuthnTransactionEntity,
  AuthorizationCodeEntity,
  GrantEntity,
  Mail,
  MailTokenEntity,
  PendingEmailEntity,
  RefreshTokenEntity,
  SessionEntity,
  SessionTokenEntity,
  UserEntity,
} from './entities.ts';
import type { FactorEntity, MfaPolicy, MfaTokenEntity, PushEntity } from './factor-entities.ts';
import { createResources, type Resources } from './resources.ts';

export interface Store {
  readonly users: Map<string, UserEntity>;
  /** Lower-cased login to user id; kept by `saveUser` and `deleteUser`. */
  readonly userIdsByLogin: Map<string, string>;
  /** Users that are assigned to no app, whatever their groups. */
  readonly unassignedUserIds: Set<string>;
  /** What administrators configure: apps, authorization servers, policies and so on. */
  readonly resources: Resources;
  readonly mailTokens: Map<string, MailTokenEntity>;
  readonly authnTransactions: Map<string, AuthnTransactionEntity>;
  readonly sessionTokens: Map<string, SessionTokenEntity>;
  readonly sessions: Map<string, SessionEntity>;
  readonly codes: Map<string, AuthorizationCodeEntity>;
  readonly grants: Map<string, GrantEntity>;
  readonly accessTokens: Map<string, AccessTokenEntity>;
  readonly refreshTokens: Map<string, RefreshTokenEntity>;
  /** `jti` of the client assertions seen so far, to when they expire. */
  readonly assertionIds: Map<string, number>;
  /** `jti` of the DPoP proofs seen so far, to when their `iat` is too old. */
  readonly proofIds: Map<string, number>;
  /** For DPoP proofs at /token, to when they expire. */
  readonly proofNonces: Map<string, number>;
  /** Each user's in the order in which Okta lists them. */
  readonly factors: Map<string, FactorEntity>;
  readonly pushes: Map<string, PushEntity>;
  readonly mfaTokens: Map<string, MfaTokenEntity>;
  readonly pendingEmails: Map<string, PendingEmailEntity>;
  /** Oldest first. */
  readonly mails: Mail[];
  mfaPolicy: MfaPolicy;
  /** Whether the org has a licence for custom authorization servers. */
  apiAccessManagement: boolean;
  /** What an administrator has changed of the base profile, by variable name. */
  baseAttributes: ReadonlyMap<string, BaseAttributeSettings>;
  /** By variable name. */
  customAttributes: ReadonlyMap<string, CustomAttribute>;
  /** Empties everything but the settings of the profile and of second factors. */
  clear(): void;
  /** Removes expired one-time entries. */
  dropExpired(): void;
}

/** @param now epoch milliseconds */
export function createStore(now: () => number): Store {
  const maps = {
    users: new Map<string, UserEntity>(),
    userIdsByLogin: new Map<string, string>(),
    unassignedUserIds: new Set<string>(),
    mailTokens: new Map<string, MailTokenEntity>(),
    authnTransactions: new Map<string, AuthnTransactionEntity>(),
    sessionTokens: new Map<string, SessionTokenEntity>(),
    sessions: new Map<string, SessionEntity>(),
    codes: new Map<string, AuthorizationCodeEntity>(),
    grants: new Map<string, GrantEntity>(),
    accessTokens: new Map<string, AccessTokenEntity>(),
    refreshTokens: new Map<string, RefreshTokenEntity>(),
    assertionIds: new Map<string, number>(),
    proofIds: new Map<string, number>(),
    proofNonces: new Map<string, number>(),
    factors: new Map<string, FactorEntity>(),
    pushes: new Map<string, PushEntity>(),
    mfaTokens: new Map<string, MfaTokenEntity>(),
    pendingEmails: new Map<string, PendingEmailEntity>(),
  };
  const mails: Mail[] = [];
  const resources = createResources(now);
  return {
    ...maps,
    resources,
    mails,
    mfaPolicy: 'OPTIONAL',
    apiAccessManagement: true,
    baseAttributes: new Map(),
    customAttributes: new Map(),
    clear() {
      for (const entities of Object.values(maps)) entities.clear();
      resources.clear();
      mails.length = 0;
    },
    dropExpired: () => dropExpired(maps, now()),
  };
}

type Mortal = Pick<
  Store,
  | 'mailTokens'
  | 'authnTransactions'
  | 'sessionTokens'
  | 'sessions'
  | 'codes'
  | 'grants'
  | 'accessTokens'
  | 'refreshTokens'
  | 'assertionIds'
  | 'proofIds'
  | 'proofNonces'
  | 'pushes'
  | 'mfaTokens'
>;

function dropExpired(store: Mortal, now: number): void {
  const isOver = (entity: { expiresAt: number }) => entity.expiresAt <= now;
  dropWhere(store.mailTokens, isOver);
  dropWhere(store.authnTransactions, isOver);
  dropWhere(store.sessionTokens, isOver);
  dropWhere(store.sessions, isOver);
  dropWhere(store.codes, isOver);
  dropWhere(store.pushes, isOver);
  dropWhere(store.mfaTokens, isOver);
  dropWhere(store.accessTokens, isOver);
  dropWhere(store.refreshTokens, (token) => isRefreshTokenExpired(token, now));
  for (const values of [store.assertionIds, store.proofIds, store.proofNonces]) {
    dropWhere(values, (expiresAt) => expiresAt <= now);
  }
  const tokens = [...store.accessTokens.values(), ...store.refreshTokens.values()];
  const inUse = new Set(tokens.map((token) => token.grantId));
  dropWhere(store.grants, (grant) => !inUse.has(grant.id));
}

/** Past the expiry of its chain, or unused for too long. */
export function isRefreshTokenExpired(token: RefreshTokenEntity, now: number): boolean {
  const end = token.expiresAt ?? Number.POSITIVE_INFINITY;
  return end <= now || token.lastUsedAt + token.idleMs <= now;
}

function dropWhere<T>(entities: Map<string, T>, isOver: (entity: T) => boolean): void {
  for (const [key, entity] of entities) if (isOver(entity)) entities.delete(key);
}

/** Adds the user or takes over its changes; a changed login is found under its new name only. */
export function saveUser(store: Store, user: UserEntity): void {
  if (store.users.has(user.id)) dropWhere(store.userIdsByLogin, (id) => id === user.id);
  store.users.set(user.id, user);
  store.userIdsByLogin.set(user.profile.login.toLowerCase(), user.id);
}

/**
 * Null if there is none. Logins are case-insensitive. A shortname, the part before the `@`, finds its
 * user if it is unique.
 */
export function findUser(store: Store, idOrLogin: string): UserEntity | null {
  const login = idOrLogin.toLowerCase();
  const id = store.userIdsByLogin.get(login) ?? idOrLogin;
  return store.users.get(id) ?? userOfShortname(store, login);
}

function userOfShortname(store: Store, shortname: string): UserEntity | null {
  // To Okta `me` is the administrator of the API token, who is no user of this org.
  if (shortname.includes('@') || shortname === 'me') return null;
  const logins = [...store.userIdsByLogin.keys()].filter((l) => l.startsWith(`${shortname}@`));
  const [login = ''] = logins.length === 1 ? logins : [];
  return store.users.get(store.userIdsByLogin.get(login) ?? '') ?? null;
}

/** Deletes the user and everything that was issued to them. */
export function deleteUser(store: Store, user: UserEntity): void {
  endSessionsOfUser(store, user.id);
  revokeGrantsOfUser(store, user.id);
  dropWhere(store.mailTokens, (token) => token.userId === user.id);
  dropWhere(store.pendingEmails, (email) => email.userId === user.id);
  dropWhere(store.authnTransactions, (transaction) => transaction.userId === user.id);
  removeFactorsOfUser(store, user.id);
  store.unassignedUserIds.delete(user.id);
  store.userIdsByLogin.delete(user.profile.login.toLowerCase());
  store.users.delete(user.id);
}

/** Removes second factors, and sign-ins that need one. */
export function removeFactorsOfUser(store: Store, userId: string): void {
  dropWhere(store.factors, (factor) => factor.userId === userId);
  dropWhere(store.pushes, (push) => push.userId === userId);
  dropWhere(store.mfaTokens, (token) => token.userId === userId);
}

/** Ends Okta's own sessions of the user, and open sign-ins. */
export function endSessionsOfUser(store: Store, userId: string): void {
  dropWhere(store.sessions, (session) => session.userId === userId);
  dropWhere(store.sessionTokens, (token) => token.userId === userId);
  dropWhere(store.codes, (code) => code.userId === userId);
}

/** Every refresh and access token of the user becomes inactive; access tokens still verify by signature. */
export function revokeGrantsOfUser(store: Store, userId: string): void {
  for (const grant of store.grants.values()) if (grant.userId === userId) grant.revoked = true;
}

/** Reads and removes a one-time entry; null if it is unknown, used or expired. */
export function takeOnce<T extends { expiresAt: number }>(
  entities: Map<string, T>,
  key: string,
  now: number,
): T | null {
  const entity = entities.get(key);
  entities.delete(key);
  return entity !== undefined && entity.expiresAt > now ? entity : null;
}
