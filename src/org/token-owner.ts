import type { AdminApi } from './admin-api.ts';

/** The roles of the administrator whose API token it is, such as SUPER_ADMIN. @throws AdminApiError */
export async function rolesOfOwner(api: AdminApi): Promise<readonly string[]> {
  const me = await api.get('/api/v1/users/me');
  const roles = await api.list(`/api/v1/users/${String(me?.['id'])}/roles`);
  return roles.map(({ type }) => String(type));
}
