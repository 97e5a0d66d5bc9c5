import type { OktaSettings } from '../config.ts';
import type { AdminApi, Json } from '../org/admin-api.ts';
import { logInGrant } from '../org/description.ts';
import { at, numberAt, textAt, textsAt } from '../org/json.ts';
import { customerGroups, serverPath } from './org-objects.ts';

/** A rule of an access policy of the authorization server. */
export interface AccessRule {
  /** For a person: its name and that of its policy. */
  readonly name: string;
  /** Below which the admin API has it. */
  readonly path: string;
  readonly grantTypes: readonly string[];
  /** `*`: any. */
  readonly scopes: readonly string[];
  readonly accessTokenMinutes: number;
  /** Of the whole chain of rotations; 0: no end. */
  readonly refreshTokenMinutes: number;
  /** How long a refresh token may stay unused. */
  readonly refreshWindowMinutes: number;
}

/** Okta's values where a rule has none. */
const defaults = { accessTokenMinutes: 60, refreshTokenMinutes: 0, refreshWindowMinutes: 10_080 };

/**
 * The active rules that can apply to a customer who logs in by the app, in the order in which Okta asks
 * them. Null: the org itself is the server and has no such rules. @throws AdminApiError
 */
export async function rulesForCustomers(
  admin: AdminApi,
  okta: OktaSettings,
): Promise<readonly AccessRule[] | null> {
  const path = serverPath(okta);
  if (path === null || (await admin.get(path)) === null) return null;
  const groups = await customerGroups(admin, okta);
  const rules: AccessRule[] = [];
  for (const policy of activeByPriority(await admin.list(`${path}/policies`))) {
    const clients = textsAt(policy, 'conditions', 'clients', 'include');
    if (!clients.includes(okta.clientId) && !clients.includes('ALL_CLIENTS')) continue;
    const rulesPath = `${path}/policies/${String(policy['id'])}/rules`;
    for (const rule of activeByPriority(await admin.list(rulesPath))) {
      const included = textsAt(rule, 'conditions', 'people', 'groups', 'include');
      if (!included.some((group) => groups.includes(group))) continue;
      const name = `"${textAt(rule, 'name')}" of the policy "${textAt(policy, 'name')}"`;
      rules.push(ruleOf(rule, { name, path: `${rulesPath}/${String(rule['id'])}` }));
    }
  }
  return rules;
}

/** Without the inactive ones. Okta asks the lowest number first. */
export function activeByPriority(objects: readonly Json[]): readonly Json[] {
  const priorityOf = (object: Json) => numberAt(object, 'priority') ?? 0;
  return objects
    .filter(({ status }) => status === 'ACTIVE')
    .toSorted((a, b) => priorityOf(a) - priorityOf(b));
}

function ruleOf(rule: Json, about: Pick<AccessRule, 'name' | 'path'>): AccessRule {
  const token = at(rule, 'actions', 'token');
  return {
    ...about,
    grantTypes: textsAt(rule, 'conditions', 'grantTypes', 'include'),
    scopes: textsAt(rule, 'conditions', 'scopes', 'include'),
    accessTokenMinutes:
      numberAt(token, 'accessTokenLifetimeMinutes') ?? defaults.accessTokenMinutes,
    refreshTokenMinutes:
      numberAt(token, 'refreshTokenLifetimeMinutes') ?? defaults.refreshTokenMinutes,
    refreshWindowMinutes:
      numberAt(token, 'refreshTokenWindowMinutes') ?? defaults.refreshWindowMinutes,
  };
}

export function missingIn(rule: AccessRule, scopes: readonly string[]): readonly string[] {
  return rule.scopes.includes('*') ? [] : scopes.filter((scope) => !rule.scopes.includes(scope));
}

/** Those by which the app may get tokens in its flow. */
export function withLogInGrant(
  rules: readonly AccessRule[],
  okta: OktaSettings,
): readonly AccessRule[] {
  return rules.filter(({ grantTypes }) => grantTypes.includes(logInGrant(okta)));
}

/**
 * The rule that decides on a log-in: Okta passes over one that lacks a scope while a later one has all.
 * Null: no rule has the grant.
 */
export function decidingRule(rules: readonly AccessRule[], okta: OktaSettings): AccessRule | null {
  const having = withLogInGrant(rules, okta);
  const asked = okta.scopes.filter((scope) => scope !== 'offline_access');
  return having.find((rule) => missingIn(rule, asked).length === 0) ?? having[0] ?? null;
}
