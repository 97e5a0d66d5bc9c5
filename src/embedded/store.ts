import type {
  AccessTokenEntity,
  AuthnTransactionEntity,
  AuthorizationCodeEntity,
  AuthorizationServerEntity,
  ClientEntity,
  GrantEntity,
  Mail,
  MailTokenEntity,
  PasswordPolicy,
  RefreshTokenEntity,
  SessionEntity,
  SessionTokenEntity,
  UserEntity,
} from './entities.ts';

export interface Store {
  readonly users: Map<string, UserEntity>;
  /** Lower-cased login to user id; kept by `saveUser` and `deleteUser`. */
  readonly userIdsByLogin: Map<string, string>;
  /** Users that are assigned to no app, whatever their groups. */
  readonly unassignedUserIds: Set<string>;
  readonly clients: Map<string, ClientEntity>;
  /** Custom authorization servers only: the org server has no settings. */
  readonly authorizationServers: Map<string, AuthorizationServerEntity>;
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
  /** Oldest first. */
  readonly mails: Mail[];
  passwordPolicy: PasswordPolicy;
  /** Empties everything but the password policy. */
  clear(): void;
  /** Lets go of one-time things that nobody can use any more. */
  dropExpired(): void;
}

/** The defaults of Okta's own default policy: no symbol, ten attempts, no unlocking by time. */
export const defaultPasswordPolicy: PasswordPolicy = {
  minLength: 8,
  minLowerCase: 1,
  minUpperCase: 1,
  minNumber: 1,
  minSymbol: 0,
  excludeUsername: true,
  historyCount: 0,
  maxAgeDays: 0,
  lockoutMaxAttempts: 10,
  autoUnlockMinutes: 0,
  showLockoutFailures: false,
  recoveryTokenLifetimeMinutes: 60,
};

/** @param now epoch milliseconds */
export function createStore(now: () => number): Store {
  const maps = {
    users: new Map<string, UserEntity>(),
    userIdsByLogin: new Map<string, string>(),
    unassignedUserIds: new Set<string>(),
    clients: new Map<string, ClientEntity>(),
    authorizationServers: new Map<string, AuthorizationServerEntity>(),
    mailTokens: new Map<string, MailTokenEntity>(),
    authnTransactions: new Map<string, AuthnTransactionEntity>(),
    sessionTokens: new Map<string, SessionTokenEntity>(),
    sessions: new Map<string, SessionEntity>(),
    codes: new Map<string, AuthorizationCodeEntity>(),
    grants: new Map<string, GrantEntity>(),
    accessTokens: new Map<string, AccessTokenEntity>(),
    refreshTokens: new Map<string, RefreshTokenEntity>(),
    assertionIds: new Map<string, number>(),
  };
  const mails: Mail[] = [];
  return {
    ...maps,
    mails,
    passwordPolicy: { ...defaultPasswordPolicy },
    clear() {
      for (const entities of Object.values(maps)) entities.clear();
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
>;

function dropExpired(store: Mortal, now: number): void {
  const isOver = (entity: { expiresAt: number }) => entity.expiresAt <= now;
  dropWhere(store.mailTokens, isOver);
  dropWhere(store.authnTransactions, isOver);
  dropWhere(store.sessionTokens, isOver);
  dropWhere(store.sessions, isOver);
  dropWhere(store.codes, isOver);
  dropWhere(store.accessTokens, isOver);
  dropWhere(store.refreshTokens, (token) => isRefreshTokenOver(token, now));
  dropWhere(store.assertionIds, (expiresAt) => expiresAt <= now);
  const tokens = [...store.accessTokens.values(), ...store.refreshTokens.values()];
  const inUse = new Set(tokens.map((token) => token.grantId));
  dropWhere(store.grants, (grant) => !inUse.has(grant.id));
}

/** Past its chain's end, or unused for too long. */
export function isRefreshTokenOver(token: RefreshTokenEntity, now: number): boolean {
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

/** Null: there is none. Logins are compared without regard to case. */
export function findUser(store: Store, idOrLogin: string): UserEntity | null {
  const id = store.userIdsByLogin.get(idOrLogin.toLowerCase()) ?? idOrLogin;
  return store.users.get(id) ?? null;
}

/** Forgets the user and everything that was issued to it. */
export function deleteUser(store: Store, user: UserEntity): void {
  endSessionsOfUser(store, user.id);
  revokeGrantsOfUser(store, user.id);
  dropWhere(store.mailTokens, (token) => token.userId === user.id);
  dropWhere(store.authnTransactions, (transaction) => transaction.userId === user.id);
  store.unassignedUserIds.delete(user.id);
  store.userIdsByLogin.delete(user.profile.login.toLowerCase());
  store.users.delete(user.id);
}

/** Ends Okta's own sessions of the user, and sign-ins that were about to become one. */
export function endSessionsOfUser(store: Store, userId: string): void {
  dropWhere(store.sessions, (session) => session.userId === userId);
  dropWhere(store.sessionTokens, (token) => token.userId === userId);
  dropWhere(store.codes, (code) => code.userId === userId);
}

/** Every refresh and access token of the user becomes inactive; access tokens still verify by signature. */
export function revokeGrantsOfUser(store: Store, userId: string): void {
  for (const grant of store.grants.values()) if (grant.userId === userId) grant.revoked = true;
}

/** Reads a one-time thing and takes it away; null when it is unknown, used or over. */
export function takeOnce<T extends { expiresAt: number }>(
  entities: Map<string, T>,
  key: string,
  now: number,
): T | null {
  const entity = entities.get(key);
  entities.delete(key);
  return entity !== undefined && entity.expiresAt > now ? entity : null;
}

/** Whether the user may use the client at all: by group, `EVERYONE` holding every user. */
export function isAssigned(store: Store, user: UserEntity, client: ClientEntity): boolean {
  if (store.unassignedUserIds.has(user.id)) return false;
  return client.assignedGroupIds.some(
    (groupId) => groupId === 'EVERYONE' || user.groupIds.includes(groupId),
  );
}
