import type { Seed, SeedAuthorizationServer, SeedClient } from './handle.ts';
import {
  appKeyTable,
  appTable,
  grantTable,
  groupAssignmentTable,
  secretTable,
} from './settings/apps.ts';
import {
  accessPolicyTable,
  accessRuleTable,
  scopeTable,
  serverTable,
} from './settings/authorization-servers.ts';
import { addShopMails } from './settings/brands.ts';
import { addDefaults, addServerDefaults, defaultPolicyIds } from './settings/default-org.ts';
import { everyoneGroupId, everyoneName, groupTable } from './settings/groups.ts';
import { defaultPasswordPolicy, passwordSettings } from './settings/password-policy.ts';
import { policyTable, ruleTable } from './settings/policies.ts';
import { roleTable } from './settings/roles.ts';
import { zoneTable } from './settings/zones.ts';
import type { PasswordPolicy } from './store/entities.ts';
import type { KeptCollection, Resources } from './store/resources.ts';

/** Lets the seeded apps sign customers in by the password alone; a second factor is up to `Seed.mfa`. */
const passwordPolicyOfApps = 'rst1passwordAlone000';

export interface SeededSettings {
  /** What the org has where neither the seed nor the snapshot file says otherwise; null: nothing. */
  readonly defaults: {
    readonly clients: readonly SeedClient[];
    readonly authorizationServers: readonly SeedAuthorizationServer[];
  } | null;
  readonly seed: Pick<Seed, 'clients' | 'authorizationServers' | 'passwordPolicy' | 'mails'>;
}

/** @param kept of the snapshot file; null: there is none */
export function seedSettings(
  resources: Resources,
  { defaults, seed }: SeededSettings,
  kept: readonly KeptCollection[] | null,
): void {
  if (kept === null) {
    const untouched = { ...defaultPasswordPolicy, mayUnlock: defaults !== null };
    addDefaults(resources, { ...untouched, ...seed.passwordPolicy });
    if (defaults !== null) trustCallersNearby(resources);
    if (defaults !== null && seed.mails !== 'okta') addShopMails(resources);
  } else {
    resources.restore(kept);
    if (seed.passwordPolicy !== undefined) seedPasswordPolicy(resources, seed.passwordPolicy);
  }
  for (const server of defaults?.authorizationServers ?? []) {
    const isThere = kept !== null && resources.of(serverTable).has(server.id);
    if (!isThere) seedServer(resources, server);
  }
  for (const client of defaults?.clients ?? []) {
    if (!resources.of(appTable).has(client.clientId)) seedClient(resources, client);
  }
  for (const server of structuredClone(seed.authorizationServers ?? [])) {
    seedServer(resources, server);
  }
  for (const client of structuredClone(seed.clients ?? [])) seedClient(resources, client);
}

/** Callers on this machine and in networks of containers may say whom they call for. */
function trustCallersNearby(resources: Resources): void {
  const networks = ['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
  const body = zoneTable.schema.parse({
    type: 'IP',
    name: 'Account API',
    gateways: [],
    proxies: networks.map((value) => ({ type: 'CIDR', value })),
  });
  resources.add(zoneTable, { body });
}

function seedPasswordPolicy(resources: Resources, policy: Partial<PasswordPolicy>): void {
  const found = resources.of(policyTable).get(defaultPolicyIds.PASSWORD);
  if (found === undefined) return;
  const settings = { ...passwordSettings({ ...defaultPasswordPolicy, ...policy }) };
  found.body = { ...found.body, settings };
}

/** Replaces an app of the same client id. */
function seedClient(resources: Resources, client: SeedClient): void {
  const appId = client.clientId;
  resources.remove(appTable, appId);
  const isService = client.grantTypes.every((type) => type === 'client_credentials');
  const { rotation, leewaySeconds } = client.refreshToken;
  const body = appTable.schema.parse({
    name: 'oidc_client',
    label: client.label,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: client.authentication } },
    settings: {
      oauthClient: {
        application_type: isService ? 'service' : 'native',
        grant_types: client.grantTypes,
        response_types: isService ? ['token'] : ['code'],
        redirect_uris: client.redirectUris,
        refresh_token: { rotation_type: rotation, leeway: leewaySeconds },
        dpop_bound_access_tokens: client.requiresDpop ?? false,
      },
    },
    ...(!isService && { accessPolicyId: passwordPolicyOfApps }),
  });
  if (!isService) addPasswordPolicyOfApps(resources);
  resources.add(appTable, { id: appId, body });
  if (client.secret !== null) {
    resources.add(secretTable, { parentId: appId, body: { client_secret: client.secret } });
  }
  for (const key of client.jwks?.keys ?? []) {
    resources.add(appKeyTable, { parentId: appId, body: key });
  }
  assignGroups(resources, client);
  for (const scopeId of client.oktaScopes) {
    resources.add(grantTable, { parentId: appId, body: { scopeId } });
  }
  if (client.oktaScopes.length > 0) {
    resources.add(roleTable, { parentId: appId, body: { type: 'SUPER_ADMIN' } });
  }
}

function assignGroups(resources: Resources, client: SeedClient): void {
  for (const [index, groupId] of client.assignedGroupIds.entries()) {
    const id = groupId === everyoneName ? everyoneGroupId : groupId;
    if (!resources.of(groupTable).has(id)) {
      resources.add(groupTable, { id, body: { profile: { name: id, description: null } } });
    }
    const body = { priority: index, profile: {} };
    resources.add(groupAssignmentTable, { parentId: client.clientId, id, body });
  }
}

function addPasswordPolicyOfApps(resources: Resources): void {
  if (resources.of(policyTable).has(passwordPolicyOfApps)) return;
  resources.add(policyTable, {
    id: passwordPolicyOfApps,
    body: {
      type: 'ACCESS_POLICY',
      name: 'Customers',
      description: 'A password is enough.',
      priority: 1,
      system: false,
      conditions: null,
    },
  });
  const knowledge = { required: true, types: ['password'] };
  resources.add(ruleTable, {
    parentId: passwordPolicyOfApps,
    id: 'rul1passwordAlone000',
    body: {
      type: 'ACCESS_POLICY',
      name: 'Catch-all Rule',
      priority: 99,
      system: true,
      conditions: null,
      actions: {
        appSignOn: {
          access: 'ALLOW',
          verificationMethod: {
            factorMode: '1FA',
            type: 'ASSURANCE',
            reauthenticateIn: 'PT2H',
            constraints: [{ knowledge }],
          },
        },
      },
    },
  });
}

/** Replaces an authorization server of the same id. */
function seedServer(resources: Resources, server: SeedAuthorizationServer): void {
  const { id } = server;
  resources.remove(serverTable, id);
  const body = serverTable.schema.parse({
    name: id,
    description: 'An authorization server of the seed.',
    audiences: [server.audience],
    issuerMode: 'DYNAMIC',
  });
  resources.add(serverTable, { id, body });
  addServerDefaults(resources, id);
  const known = new Set([...resources.of(scopeTable, id).values()].map((one) => one.body.name));
  for (const name of server.scopes.filter((scope) => !known.has(scope))) {
    const scope = scopeTable.schema.parse({ name, metadataPublish: 'ALL_CLIENTS' });
    resources.add(scopeTable, { parentId: id, body: scope });
  }
  for (const [index, policy] of server.policies.entries()) {
    seedPolicy(resources, { serverId: id, policy, priority: index + 1 });
  }
}

interface SeededPolicy {
  readonly serverId: string;
  readonly policy: SeedAuthorizationServer['policies'][number];
  readonly priority: number;
}

function seedPolicy(resources: Resources, { serverId, policy, priority }: SeededPolicy): void {
  const { clientIds, rules } = policy;
  const body = accessPolicyTable.schema.parse({
    type: 'OAUTH_AUTHORIZATION_POLICY',
    name: `Policy ${priority}`,
    priority,
    conditions: { clients: { include: [clientIds].flat() } },
  });
  const { id } = resources.add(accessPolicyTable, { parentId: serverId, body });
  for (const [index, { grantTypes, scopes, ...lifetimes }] of rules.entries()) {
    const rule = accessRuleTable.schema.parse({
      type: 'RESOURCE_ACCESS',
      name: `Rule ${index + 1}`,
      priority: index + 1,
      conditions: {
        people: { groups: { include: [everyoneName] } },
        grantTypes: { include: grantTypes },
        scopes: { include: [scopes].flat() },
      },
      actions: { token: lifetimes },
    });
    resources.add(accessRuleTable, { parentId: id, body: rule });
  }
}
