import { seededFactor } from './factors/seed.ts';
import type {
  Seed,
  SeedAuthorizationServer,
  SeedClient,
  SeededCredentials,
  SeedUser,
} from './handle.ts';
import { mfaOob, mfaOtp } from './oauth/mfa.ts';
import { type SeededSettings, seedSettings } from './seed-settings.ts';
import { defaultServerId } from './settings/default-org.ts';
import type { UserEntity } from './store/entities.ts';
import type { FactorEntity, MfaPolicy } from './store/factor-entities.ts';
import { newId } from './store/ids.ts';
import { type Keys, pem } from './store/keys.ts';
import { hashPassword } from './store/passwords.ts';
import type { KeptCollection } from './store/resources.ts';
import { deleteUser, findUser, type Store, saveUser } from './store/store.ts';
import { administrator } from './users/administrator.ts';
import type { BaseAttributeSettings, CustomAttribute } from './users/profile-attributes.ts';

/** Fixed, so that a README can name them: this org listens on the loopback address only. */
const customer = { email: 'demo@example.com', password: 'Correct-Horse-7' };
const apiClient = {
  clientId: '0oa1accountApi000001',
  clientSecret: 'embedded-org-account-api-secret-0000000001',
  redirectUri: 'http://127.0.0.1/callback',
};
const serviceClient = {
  clientId: '0oa1backend000000001',
  clientSecret: 'embedded-org-backend-service-secret-0000001',
  scope: 'accounts.read',
};
const apiToken = '00embeddedOrgAdministratorApiToken00000001';
const managementClientId = '0oa1management000001';

interface PreparedUser {
  readonly user: UserEntity;
  readonly assigned: boolean;
  readonly factors: readonly FactorEntity[];
}

/** The first user of an empty org, as of any new org of Okta's. It has no password. */
const preparedAdministrator: PreparedUser = {
  user: { ...administrator, password: null },
  assigned: false,
  factors: [],
};

/** A seed whose passwords are hashed, so that laying it out again costs nothing. */
export interface PreparedSeed {
  readonly users: readonly PreparedUser[];
  readonly settings: SeededSettings;
  readonly mfaPolicy: MfaPolicy;
  readonly apiAccessManagement: boolean;
  readonly baseAttributes: ReadonlyMap<string, BaseAttributeSettings>;
  readonly customAttributes: ReadonlyMap<string, CustomAttribute>;
}

export async function prepareSeed(
  seed: Seed,
  options: { readonly keys: Keys; readonly now: number; readonly empty: boolean },
): Promise<PreparedSeed> {
  const { empty } = options;
  const users = [...(empty ? [] : [customer]), ...(seed.users ?? [])].map((user) =>
    userOf(user, options.now),
  );
  return {
    users: [...(empty ? [preparedAdministrator] : []), ...(await Promise.all(users))],
    settings: {
      defaults: empty
        ? null
        : { clients: defaultClients(options.keys), authorizationServers: [defaultServer] },
      seed,
    },
    // In an empty org the policies decide alone.
    mfaPolicy: seed.mfa ?? (empty ? 'OFF' : 'OPTIONAL'),
    apiAccessManagement: seed.apiAccessManagement ?? true,
    baseAttributes: new Map(Object.entries(seed.baseAttributes ?? {})),
    customAttributes: new Map(Object.entries(seed.customAttributes ?? {})),
  };
}

/** Fills an empty store; a later entity of the same id or login replaces an earlier one. */
export function applySeed(store: Store, seed: PreparedSeed): void {
  for (const prepared of structuredClone(seed.users)) {
    const earlier = findUser(store, prepared.user.profile.login);
    if (earlier !== null) deleteUser(store, earlier);
    addUser(store, prepared);
  }
  applySettings(store, seed);
}

function addUser(store: Store, { user, assigned, factors }: PreparedUser): void {
  saveUser(store, user);
  if (!assigned) store.unassignedUserIds.add(user.id);
  for (const factor of factors) store.factors.set(factor.id, factor);
}

/**
 * Gives the customer of `seededCredentials` its password and status back, whatever a snapshot says:
 * they are promised at every start, and not everyone knows what an earlier run made of them.
 */
export function restoreCustomer(store: Store, seed: PreparedSeed): void {
  const isCustomer = ({ user }: PreparedUser) => user.profile.login === customer.email;
  const seeded = structuredClone(seed.users.findLast(isCustomer));
  if (seeded === undefined) return;
  const kept = findUser(store, customer.email);
  if (kept === null) {
    addUser(store, seeded);
    return;
  }
  const { id, created, lastLogin, profile, groupIds } = kept;
  saveUser(store, { ...seeded.user, id, created, lastLogin, profile, groupIds });
  if (seeded.assigned) store.unassignedUserIds.delete(id);
}

/**
 * What the snapshot file has stays as it is: only what the seed names itself replaces it, and what
 * `npm start` needs of the org is put back where it is gone.
 * @param kept what administrators have configured; null: a new org, or a file of before there were such
 */
export function applySettings(
  store: Store,
  seed: PreparedSeed,
  kept: readonly KeptCollection[] | null = null,
): void {
  seedSettings(store.resources, seed.settings, kept);
  store.mfaPolicy = seed.mfaPolicy;
  store.apiAccessManagement = seed.apiAccessManagement;
  store.baseAttributes = seed.baseAttributes;
  store.customAttributes = seed.customAttributes;
}

export function seededCredentials(keys: Keys): SeededCredentials {
  return {
    customer,
    apiClient,
    serviceClient,
    apiToken,
    managementApp: {
      clientId: managementClientId,
      privateKeyPem: pem(keys.managementApp),
      keyId: keys.managementApp.kid,
    },
  };
}

async function userOf(seed: SeedUser, now: number): Promise<PreparedUser> {
  const status = seed.status ?? 'ACTIVE';
  const password = seed.password === null ? null : await hashPassword(seed.password);
  const user: UserEntity = {
    id: seed.id ?? newId('user'),
    status,
    created: now,
    activated: status === 'STAGED' ? null : now,
    statusChanged: now,
    lastLogin: null,
    lastUpdated: now,
    passwordChanged: password === null ? null : now,
    profile: {
      login: seed.login ?? seed.email,
      email: seed.email,
      firstName: seed.firstName ?? 'Demo',
      lastName: seed.lastName ?? 'Customer',
    },
    password,
    passwordHistory: password === null ? [] : [password],
    failedAttempts: 0,
    groupIds: [],
  };
  const factors = (seed.factors ?? []).map((factor) => seededFactor(user, factor, now));
  return { user, assigned: seed.assigned ?? true, factors };
}

const userScopes = [
  ...['openid', 'profile', 'email', 'address', 'phone', 'offline_access'],
  // Okta's own: a token with them changes its bearer's address, and nothing else.
  ...['okta.myAccount.email.read', 'okta.myAccount.email.manage'],
];

const defaultServer: SeedAuthorizationServer = {
  id: defaultServerId,
  audience: 'api://default',
  scopes: [...userScopes, serviceClient.scope],
  policies: [
    {
      clientIds: [serviceClient.clientId],
      rules: [
        {
          grantTypes: ['client_credentials'],
          scopes: [serviceClient.scope],
          accessTokenLifetimeMinutes: 60,
          refreshTokenLifetimeMinutes: 0,
          refreshTokenWindowMinutes: 10_080,
        },
      ],
    },
    {
      clientIds: 'ALL_CLIENTS',
      rules: [
        {
          grantTypes: ['authorization_code', 'password', mfaOtp, mfaOob],
          // Not `*`: a customer must not get a scope that makes a service of its bearer.
          scopes: userScopes,
          accessTokenLifetimeMinutes: 60,
          refreshTokenLifetimeMinutes: 0,
          // Okta's default is a week, after which a shopper would have to log in again.
          refreshTokenWindowMinutes: 90 * 24 * 60,
        },
      ],
    },
  ],
};

function defaultClients(keys: Keys): SeedClient[] {
  const common = {
    secret: null,
    jwks: null,
    grantTypes: ['client_credentials'],
    redirectUris: [],
    refreshToken: { rotation: 'ROTATE', leewaySeconds: 30 },
    assignedGroupIds: [],
    oktaScopes: [],
  } satisfies Partial<SeedClient>;
  return [
    {
      ...common,
      clientId: apiClient.clientId,
      label: 'Account API',
      secret: apiClient.clientSecret,
      authentication: 'client_secret_basic',
      grantTypes: ['password', 'authorization_code', 'refresh_token', mfaOtp, mfaOob],
      redirectUris: [apiClient.redirectUri],
      assignedGroupIds: ['EVERYONE'],
    },
    {
      ...common,
      clientId: serviceClient.clientId,
      label: 'Backend service',
      secret: serviceClient.clientSecret,
      authentication: 'client_secret_basic',
    },
    {
      ...common,
      clientId: managementClientId,
      label: 'Account API, users',
      authentication: 'private_key_jwt',
      jwks: { keys: [{ ...keys.managementApp.publicJwk }] },
      oktaScopes: [
        'okta.users.read',
        'okta.users.manage',
        'okta.sessions.read',
        'okta.sessions.manage',
        'okta.policies.read',
        'okta.schemas.read',
        'okta.logs.read',
      ],
    },
  ];
}
