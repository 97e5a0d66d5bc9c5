import { z } from 'zod';
import type { Resources, Table } from '../store/resources.ts';
import { requiredText } from './fields.ts';

export const standardRoles = {
  SUPER_ADMIN: 'Super Administrator',
  ORG_ADMIN: 'Organization Administrator',
  APP_ADMIN: 'Application Administrator',
  USER_ADMIN: 'Group Administrator',
  HELP_DESK_ADMIN: 'Help Desk Administrator',
  READ_ONLY_ADMIN: 'Read-Only Administrator',
  MOBILE_ADMIN: 'Mobile Administrator',
  API_ACCESS_MANAGEMENT_ADMIN: 'API Access Management Administrator',
  REPORT_ADMIN: 'Report Administrator',
  GROUP_MEMBERSHIP_ADMIN: 'Group Membership Administrator',
} as const;

export type StandardRole = keyof typeof standardRoles;

const assigned = z.object({
  type: z.enum(['CUSTOM', ...(Object.keys(standardRoles) as [StandardRole, ...StandardRole[]])]),
  /** Of a custom role: its id, and that of the things that it is about. */
  role: z.string().optional(),
  'resource-set': z.string().optional(),
});

export type AssignedRole = z.infer<typeof assigned>;

/** Roles of a service app; belong to the app. */
export const roleTable: Table<AssignedRole> = {
  name: 'roles',
  idPrefix: 'irb',
  schema: assigned,
};

const customRole = z.object({
  label: requiredText(),
  description: requiredText(),
  permissions: z.array(z.string()).min(1),
});

export type CustomRole = z.infer<typeof customRole>;

export const customRoleTable: Table<CustomRole> = {
  name: 'customRoles',
  idPrefix: 'cr0',
  schema: customRole,
};

const resourceSet = z.object({
  label: requiredText(),
  description: requiredText(),
  resources: z.array(z.string()).min(1),
});

export type ResourceSet = z.infer<typeof resourceSet>;

export const resourceSetTable: Table<ResourceSet> = {
  name: 'resourceSets',
  idPrefix: 'iam',
  schema: resourceSet,
};

/** The permissions of a service app by its roles; `all` for roles that may do everything here. */
export function permissionsOf(
  resources: Resources,
  appId: string,
): { readonly roles: readonly StandardRole[]; readonly permissions: readonly string[] } {
  const assignments = [...resources.of(roleTable, appId).values()].map(({ body }) => body);
  return {
    roles: assignments.flatMap(({ type }) => (type === 'CUSTOM' ? [] : type)),
    permissions: assignments.flatMap(
      ({ role }) => resources.of(customRoleTable).get(role ?? '')?.body.permissions ?? [],
    ),
  };
}
