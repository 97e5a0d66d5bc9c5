import { z } from 'zod';
import type { Resources, Table } from '../store/resources.ts';
import { nullable, requiredText } from './fields.ts';

const group = z.object({
  profile: z.object({ name: requiredText(), description: nullable(z.string()) }),
  /** Not a member that a request may have. */
  builtIn: z.boolean().optional(),
});

export type Group = z.infer<typeof group>;

/** Who is in them stands with the users. */
export const groupTable: Table<Group> = { name: 'groups', idPrefix: '00g', schema: group };

/** The group that every user is in. */
export const everyoneGroupId = '00g1everyone00000001';

/** How a condition of an authorization server names that group. */
export const everyoneName = 'EVERYONE';

/** All groups that a user is in. */
export function groupIdsOf(user: { readonly groupIds: readonly string[] }): string[] {
  return [everyoneGroupId, ...user.groupIds];
}

/** Whether a user is in one of the groups. */
export function isInOne(
  user: { readonly groupIds: readonly string[] },
  groupIds: readonly string[],
): boolean {
  return groupIds.includes(everyoneName) || groupIdsOf(user).some((id) => groupIds.includes(id));
}

/** Names of the groups of a user; unknown groups are left out. */
export function groupNamesOf(
  resources: Resources,
  user: { readonly groupIds: readonly string[] },
): string[] {
  const groups = resources.of(groupTable);
  return groupIdsOf(user).flatMap((id) => groups.get(id)?.body.profile.name ?? []);
}
