import type { AdminApi, Json } from '../admin-api.ts';
import type { Found } from '../resource.ts';

/**
 * Replaces an object, and activates it where it is not active: Okta takes the status of a policy from
 * its lifecycle alone, and answers a PUT with another status as if nothing was asked.
 */
export async function replaceActive(
  api: AdminApi,
  path: string,
  { found, body }: { readonly found: Found; readonly body: Json },
): Promise<void> {
  await api.send('PUT', path, body);
  if (found.current['status'] === 'ACTIVE') return;
  await api.send('POST', `${path}/lifecycle/activate`);
}
