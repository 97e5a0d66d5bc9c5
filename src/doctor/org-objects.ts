import { isOrgServer, type OktaSettings } from '../config.ts';
import type { AdminApi, Json } from '../org/admin-api.ts';
import { type Engine, engineOf } from '../org/engine.ts';
import { textAt } from '../org/json.ts';

/** The id of the authorization server that OKTA_ISSUER names; null: the org itself is the server. */
export function serverIdOf(okta: OktaSettings): string | null {
  return isOrgServer(okta) ? null : (okta.issuer.split('/').at(-1) ?? null);
}

/** Below which the admin API has the authorization server; null: the org itself is the server. */
export function serverPath(okta: OktaSettings): string | null {
  const id = serverIdOf(okta);
  return id === null ? null : `/api/v1/authorizationServers/${id}`;
}

/** Null: the org has no app of this client id. @throws AdminApiError */
export function readApp(admin: AdminApi, clientId: string): Promise<Json | null> {
  return admin.get(`/api/v1/apps/${clientId}`);
}

/** Null: it does not say so, and so is no org of Okta's. @throws AdminApiError */
export async function readEngine(anonymous: AdminApi): Promise<Engine | null> {
  const pipeline = textAt(await anonymous.get('/.well-known/okta-organization'), 'pipeline');
  return pipeline === null ? null : engineOf(pipeline);
}

/** Stands for all users in the rules of authorization servers. */
const everyone = 'EVERYONE';

/**
 * The groups that customers are in: those that new accounts join, and the one of all users, which has
 * an id and a name. @throws AdminApiError
 */
export async function customerGroups(
  admin: AdminApi,
  okta: OktaSettings,
): Promise<readonly string[]> {
  const groups = await admin.list('/api/v1/groups?q=Everyone');
  const ofAll = groups.filter(
    (group) => group['type'] === 'BUILT_IN' && textAt(group, 'profile', 'name') === 'Everyone',
  );
  return [everyone, ...ofAll.map(({ id }) => String(id)), ...okta.signUpGroupIds];
}
