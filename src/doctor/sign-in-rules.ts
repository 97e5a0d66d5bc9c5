import type { OktaSettings } from '../config.ts';
import type { AdminApi, Json } from '../org/admin-api.ts';
import { at, textAt, textsAt } from '../org/json.ts';
import { activeByPriority } from './access-rules.ts';
import { customerGroups, readApp } from './org-objects.ts';

/** What the rule that meets an ordinary customer demands. */
export interface SignInRule {
  /** For a person: its name and that of its policy. */
  readonly name: string;
  /** Below which the admin API has it. */
  readonly path: string;
  readonly demand: 'PASSWORD' | 'TWO_FACTORS' | 'DENIED';
}

/** The rule of the app's own policy, which Identity Engine asks. Null: there is none. @throws AdminApiError */
export async function ruleOfApp(admin: AdminApi, okta: OktaSettings): Promise<SignInRule | null> {
  const app = await readApp(admin, okta.clientId);
  const policyId = textAt(app, '_links', 'accessPolicy', 'href')?.split('/').at(-1);
  if (policyId === undefined) return null;
  const policy = await admin.get(`/api/v1/policies/${policyId}`);
  if (policy === null) return null;
  const rule = await ruleOf(admin, policy, await customerGroups(admin, okta));
  if (rule === null) return null;
  const method = at(rule.json, 'actions', 'appSignOn', 'verificationMethod');
  const access = textAt(rule.json, 'actions', 'appSignOn', 'access');
  return { ...rule, demand: access === 'DENY' ? 'DENIED' : demandOf(method) };
}

/** The rule of the global session policy (Classic: the sign-on policy). Null: there is none. @throws AdminApiError */
export async function ruleOfSession(
  admin: AdminApi,
  okta: OktaSettings,
): Promise<SignInRule | null> {
  const groups = await customerGroups(admin, okta);
  const policies = activeByPriority(await admin.list('/api/v1/policies?type=OKTA_SIGN_ON'));
  const policy = policies.find((one) => isAbout(one, groups));
  const rule = policy === undefined ? null : await ruleOf(admin, policy, groups);
  if (rule === null) return null;
  const access = textAt(rule.json, 'actions', 'signon', 'access');
  const asksFactor = at(rule.json, 'actions', 'signon', 'requireFactor') === true;
  const demand = access === 'DENY' ? 'DENIED' : asksFactor ? 'TWO_FACTORS' : 'PASSWORD';
  return { ...rule, demand };
}

/** The password policy that governs customers, and its rule for them. Null: there is none. @throws AdminApiError */
export async function passwordPolicyOf(admin: AdminApi, okta: OktaSettings) {
  const groups = await customerGroups(admin, okta);
  const policies = activeByPriority(await admin.list('/api/v1/policies?type=PASSWORD'));
  const policy = policies.find((one) => isAbout(one, groups));
  if (policy === undefined) return null;
  return { policy, rule: await ruleOf(admin, policy, groups) };
}

async function ruleOf(
  admin: AdminApi,
  policy: Json,
  groups: readonly string[],
): Promise<(Pick<SignInRule, 'name' | 'path'> & { readonly json: Json }) | null> {
  const rules = `/api/v1/policies/${String(policy['id'])}/rules`;
  const json = activeByPriority(await admin.list(rules)).find(
    (rule) => isAbout(rule, groups) && !isForSome(rule),
  );
  if (json === undefined) return null;
  const name = `"${textAt(json, 'name')}" of the policy "${textAt(policy, 'name')}"`;
  return { name, path: `${rules}/${String(json['id'])}`, json };
}

/** Whether a policy or a rule is about customers; without a condition it is about everyone. */
function isAbout(json: Json, groups: readonly string[]): boolean {
  const people = at(json, 'conditions', 'people');
  const [included, users] = [
    textsAt(people, 'groups', 'include'),
    textsAt(people, 'users', 'include'),
  ];
  if (textsAt(people, 'groups', 'exclude').some((group) => groups.includes(group))) return false;
  if (included.length === 0) return users.length === 0;
  return included.some((group) => groups.includes(group));
}

/** Whether a rule is about some networks, devices, risks or kinds of users only, so that others pass it. */
function isForSome({ conditions }: Json): boolean {
  const risk = textAt(conditions, 'riskScore', 'level') ?? textAt(conditions, 'risk', 'level');
  return (
    textAt(conditions, 'network', 'connection') === 'ZONE' ||
    (risk !== null && risk !== 'ANY') ||
    textsAt(conditions, 'userType', 'include').length > 0 ||
    textsAt(conditions, 'risk', 'behaviors').length > 0 ||
    isPresent(at(conditions, 'platform', 'include')) ||
    isPresent(at(conditions, 'device')) ||
    isPresent(at(conditions, 'elCondition'))
  );
}

function isPresent(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null;
}

/** A chain of methods may be a password alone. */
function demandOf(method: unknown): SignInRule['demand'] {
  if (textAt(method, 'type') === 'AUTH_METHOD_CHAIN') {
    const chains = at(method, 'chains');
    return Array.isArray(chains) && chains.some(isPasswordAlone) ? 'PASSWORD' : 'TWO_FACTORS';
  }
  if (textAt(method, 'factorMode') !== '1FA') return 'TWO_FACTORS';
  const constraints = at(method, 'constraints');
  // Without constraints any one factor will do. Of several constraints one has to be met.
  if (!Array.isArray(constraints) || constraints.length === 0) return 'PASSWORD';
  return constraints.some(takesPassword) ? 'PASSWORD' : 'TWO_FACTORS';
}

function isPasswordAlone(chain: unknown): boolean {
  const methods = at(chain, 'authenticationMethods');
  const hasPassword =
    Array.isArray(methods) && methods.some((one) => textAt(one, 'key') === 'okta_password');
  return hasPassword && !isPresent(at(chain, 'next'));
}

/** A constraint on possession alone is met by no password. */
function takesPassword(constraint: unknown): boolean {
  return (
    !isPresent(at(constraint, 'possession')) || at(constraint, 'possession', 'required') === false
  );
}
