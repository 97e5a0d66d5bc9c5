import { findApp } from '../settings/apps.ts';
import { permissionsOf, type StandardRole } from '../settings/roles.ts';
import type { Resources } from '../store/resources.ts';

/** What the scopes of the management API are about. */
export type ManagedResource =
  | 'apiTokens'
  | 'appGrants'
  | 'apps'
  | 'authenticators'
  | 'authorizationServers'
  | 'brands'
  | 'eventHooks'
  | 'features'
  | 'groups'
  | 'logs'
  | 'networkZones'
  | 'orgs'
  | 'policies'
  | 'principalRateLimits'
  | 'rateLimits'
  | 'roles'
  | 'schemas'
  | 'sessions'
  | 'templates'
  | 'threatInsights'
  | 'users';

interface Request {
  readonly resource: ManagedResource;
  readonly reads: boolean;
}

const everything: readonly StandardRole[] = ['SUPER_ADMIN', 'ORG_ADMIN'];

/** What the narrower standard roles may change, as far as this org serves it. */
const changes: Partial<Record<StandardRole, readonly ManagedResource[]>> = {
  APP_ADMIN: ['apps', 'appGrants'],
  USER_ADMIN: ['users', 'groups', 'sessions'],
  HELP_DESK_ADMIN: ['users', 'sessions'],
  GROUP_MEMBERSHIP_ADMIN: ['groups'],
  API_ACCESS_MANAGEMENT_ADMIN: ['authorizationServers'],
};

/** The name of a resource in the permissions of custom roles, where it is another one. */
const permissionNames: Partial<Record<ManagedResource, string>> = {
  authorizationServers: 'authzServers',
  appGrants: 'apps',
  brands: 'customizations',
  templates: 'customizations',
  sessions: 'users',
  schemas: 'profilesources',
};

/**
 * Whether the roles of a service app let it do what its scopes let it ask for
 * (https://developer.okta.com/docs/concepts/role-assignment/).
 */
export function mayManage(
  resources: Resources,
  clientId: string,
  { resource, reads }: Request,
): boolean {
  const app = findApp(resources, clientId);
  if (app === null) return false;
  const { roles, permissions } = permissionsOf(resources, app.id);
  if (roles.some((role) => everything.includes(role))) return true;
  if (reads && roles.length > 0) return true;
  if (roles.some((role) => changes[role]?.includes(resource) === true)) return true;
  const name = permissionNames[resource] ?? resource;
  return permissions.some((permission) => {
    const [, about, action] = permission.split('.');
    return about === name && (reads || action !== 'read');
  });
}
