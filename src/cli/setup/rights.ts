import { decodeJwt } from 'jose';
import { type AdminApi, isJwt } from '../../org/admin-api.ts';
import { Conflict } from '../../org/resource.ts';
import { rolesOfOwner } from '../../org/token-owner.ts';

/** Scopes of Okta's APIs that set-up writes with. */
const manageScopes = [
  'okta.groups.manage',
  'okta.apps.manage',
  'okta.appGrants.manage',
  'okta.authorizationServers.manage',
  'okta.policies.manage',
  'okta.roles.manage',
  'okta.networkZones.manage',
  'okta.eventHooks.manage',
];

/**
 * A plan only reads, so a token that cannot write would fail in the middle of the changes.
 * @throws Conflict, AdminApiError
 */
export async function requireRights(api: AdminApi, token: string): Promise<void> {
  const scopes = scopesOf(token);
  if (scopes !== null) requireScopes(scopes);
  else requireRole(await rolesOfOwner(api));
}

function requireScopes(scopes: readonly unknown[]): void {
  const missing = manageScopes.filter((scope) => !scopes.includes(scope));
  if (missing.length === 0) return;
  throw new Conflict(
    `OKTA_ADMIN_TOKEN is an access token without the scopes ${missing.join(', ')}. Get one that has them, for a service app with the role Super Administrator.`,
  );
}

/** @returns null for an API token, which is no JWT */
function scopesOf(token: string): readonly unknown[] | null {
  if (!isJwt(token)) return null;
  try {
    const { scp } = decodeJwt(token);
    return Array.isArray(scp) ? scp : [];
  } catch {
    return null;
  }
}

function requireRole(roles: readonly string[]): void {
  if (roles.includes('SUPER_ADMIN')) return;
  const has = roles.length > 0 ? `the roles ${roles.join(', ')}` : 'no role';
  throw new Conflict(
    `OKTA_ADMIN_TOKEN belongs to an administrator with ${has}. Only a super administrator may give the service app its roles: use a token of one.`,
  );
}
