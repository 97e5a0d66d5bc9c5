import { notFound } from '../../http/responses.ts';
import type { Org } from '../../org.ts';
import { type Policy, policyTable } from '../../settings/policies.ts';
import type { Resource } from '../../store/resources.ts';

/** @throws ApiError E0000007 */
export function findPolicy(org: Org, id: string): Resource<Policy> {
  const found = org.store.resources.of(policyTable).get(id);
  if (found === undefined) throw notFound(id, 'Policy');
  return found;
}
