import {
  apiClient,
  apiToken,
  customer,
  defaultClients,
  defaultServer,
  managementClientId,
  serviceClient,
} from './default-seed.ts';
import { seededFactor } from './factors/seed.ts';
import type { Seed, SeededCredentials, SeedUser } from './handle.ts';
import { type SeededSettings, seedSettings } from './seed-settings.ts';
import type { UserEntity } from './store/entities.ts';
import type { FactorEntity, MfaPolicy } from './store/factor-entities.ts';
import { newId } from './store/ids.ts';
import { type Keys, pem } from './store/keys.ts';
import { hashPassword } from './store/passwords.ts';
import type { KeptCollection } from './store/resources.ts';
import { deleteUser, findUser, type Store, saveUser } from './store/store.ts';
import { administrator } from './users/administrator.ts';
import type { BaseAttributeSettings, CustomAttribute } from './users/profile-attributes.ts';

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
