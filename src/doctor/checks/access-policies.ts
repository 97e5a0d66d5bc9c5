import { logInGrant } from '../../org/description.ts';
import { textAt, textsAt } from '../../org/json.ts';
import {
  type AccessRule,
  decidingRule,
  missingIn,
  rulesForCustomers,
  withLogInGrant,
} from '../access-rules.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';
import { readApp, serverPath } from '../org-objects.ts';

const area = 'authorization server';
const needs = ['okta.authorizationServers.read', 'okta.groups.read'];
const explainedBy = ['D01', 'D03', 'D08'] as const;
const policies = 'Security > API > Authorization Servers > the server > Access Policies';
const day = 1440;

/** Which rule of the authorization server decides on a log-in, and what it gives. */
export const accessPolicyChecks: readonly Check[] = [
  defineCheck(
    { code: 'D10', area, title: 'A rule of an access policy allows log-ins', needs, explainedBy },
    noRule,
  ),
  defineCheck(
    { code: 'D11', area, title: 'The first rule for log-ins has every scope', needs, explainedBy },
    scopesMissing,
  ),
  defineCheck(
    { code: 'D12', area, title: 'The server knows every scope', needs, explainedBy },
    async ({ okta, admin }) => {
      const unknown = admin === null ? [] : await unknownScopes({ okta, admin });
      if (unknown.length === 0) return [];
      return [
        {
          severity: 'error',
          message: `OKTA_SCOPES asks for ${unknown.join(' ')}, which the authorization server does not have.`,
          seen: 'Every log-in answers INTERNAL.',
          oktaSays: 'One or more scopes are not configured for the authorization server resource.',
          fix: 'Add the scope (Security > API > Authorization Servers > the server > Scopes) and tick it in the rule of the access policy, or take it out of OKTA_SCOPES.',
          call: `POST ${serverPath(okta)}/scopes with name and consent IMPLICIT`,
        },
      ];
    },
  ),
  defineCheck(
    {
      code: 'D17',
      area: 'app of the customers',
      title: 'Log-ins get a refresh token',
      needs: ['okta.apps.read', ...needs],
      explainedBy: [...explainedBy, 'D10'],
    },
    noRefreshToken,
  ),
  defineCheck(
    { code: 'D19', area, title: 'Customers stay logged in for longer than a week', needs },
    async (patient) => {
      const rule = await ruleOf(patient);
      if (rule === null) return [];
      const { refreshWindowMinutes: window, refreshTokenMinutes: life } = rule;
      const isShort = window <= 7 * day || (life > 0 && life <= 7 * day);
      if (!isShort) return [];
      const ends = life > 0 && life <= window ? 'after the log-in' : 'after their last use';
      return [
        {
          severity: 'warning',
          message: `Refresh tokens of the rule ${rule.name} expire ${daysOf(life > 0 ? Math.min(life, window) : window)} ${ends}.`,
          seen: 'Customers who come back later get RefreshTokenRejected and have to log in again.',
          oktaSays: 'The refresh token is invalid or expired.',
          fix: `Raise the refresh token lifetime in the rule, such as to 90 days (${policies}).`,
          call: `PUT ${rule.path} with actions.token.refreshTokenWindowMinutes ${90 * day}`,
        },
      ];
    },
  ),
  defineCheck(
    { code: 'D20', area, title: 'Access tokens live for an hour at most', needs },
    async (patient) => {
      const rule = await ruleOf(patient);
      const { config, secrets } = patient;
      const hears = config.events.logPollSeconds > 0 || secrets.hookSecrets.length > 0;
      if (rule === null || rule.accessTokenMinutes <= 60 || hears) return [];
      return [
        {
          severity: 'note',
          message: `The rule ${rule.name} gives access tokens for ${rule.accessTokenMinutes} minutes, and this API receives no events from Okta.`,
          seen: 'validateToken with freshness LOCAL accepts the token of a deactivated customer until it expires.',
          oktaSays: null,
          fix: `Set the access token lifetime to 60 minutes or less (${policies}), or OKTA_LOG_POLL_SECONDS, or an event hook.`,
          call: `PUT ${rule.path} with actions.token.accessTokenLifetimeMinutes 60`,
        },
      ];
    },
  ),
];

type Asked = Pick<Patient, 'okta'> & { readonly admin: NonNullable<Patient['admin']> };

/** None where there is no such server. */
async function unknownScopes({ okta, admin }: Asked): Promise<readonly string[]> {
  const path = serverPath(okta);
  if (path === null || (await admin.get(path)) === null) return [];
  const known = (await admin.list(`${path}/scopes?limit=200`)).map((one) => textAt(one, 'name'));
  return okta.scopes.filter((scope) => !known.includes(scope));
}

async function noRule({ okta, admin }: Patient): Promise<readonly Problem[]> {
  const rules = admin === null ? null : await rulesForCustomers(admin, okta);
  if (rules === null || decidingRule(rules, okta) !== null) return [];
  const grant = logInGrant(okta);
  const found =
    rules.length === 0
      ? `No active rule of an access policy is for the app ${okta.clientId} and its customers.`
      : `No rule for the app ${okta.clientId} and its customers allows the grant ${grant}. The rules are ${rules.map(({ name }) => name).join(', ')}.`;
  return [
    {
      severity: 'error',
      message: found,
      seen: 'Every log-in answers INTERNAL.',
      oktaSays:
        'Policy evaluation failed for this request, please check the policy configurations.',
      fix: `Assign an access policy to the app, with a rule that has the grant ${grant}, the group of the customers and every scope of OKTA_SCOPES (${policies}). The command setup makes both.`,
      call: `POST ${serverPath(okta)}/policies, then POST …/policies/{id}/rules`,
    },
  ];
}

async function scopesMissing({ okta, admin }: Patient): Promise<readonly Problem[]> {
  const rules = admin === null ? null : await rulesForCustomers(admin, okta);
  if (admin === null || rules === null) return [];
  const having = withLogInGrant(rules, okta);
  const [first] = having;
  if (first === undefined) return [];
  const unknown = await unknownScopes({ okta, admin });
  // D12 reports unknown scopes, and D17 reports offline_access.
  const asked = okta.scopes.filter(
    (scope) => scope !== 'offline_access' && !unknown.includes(scope),
  );
  const missing = missingIn(first, asked);
  if (missing.length === 0) return [];
  const later = having.find((rule) => missingIn(rule, asked).length === 0);
  const fix = `Tick ${missing.join(', ')} in the rule, or choose Any scopes (${policies}).`;
  const call = `PUT ${first.path} with conditions.scopes.include`;
  if (later === undefined) {
    return [
      {
        severity: 'error',
        message: `The rule ${first.name} lacks ${missing.join(', ')}, which OKTA_SCOPES asks for.`,
        seen: 'Every log-in answers INTERNAL.',
        oktaSays: `Some of the requested scopes were denied by the policy. Denied scopes: [${missing.join(', ')}].`,
        fix,
        call,
      },
    ];
  }
  if (!differ(first, later)) return [];
  return [
    {
      severity: 'warning',
      message: `The rule ${first.name} lacks ${missing.join(', ')}, so Okta skips it and uses ${later.name}, which has other token lifetimes.`,
      seen: 'Tokens have other lifetimes than the first rule says.',
      oktaSays: null,
      fix,
      call,
    },
  ];
}

function differ(one: AccessRule, other: AccessRule): boolean {
  return (
    one.accessTokenMinutes !== other.accessTokenMinutes ||
    one.refreshTokenMinutes !== other.refreshTokenMinutes ||
    one.refreshWindowMinutes !== other.refreshWindowMinutes
  );
}

async function noRefreshToken(patient: Patient): Promise<readonly Problem[]> {
  const { okta, admin } = patient;
  if (admin === null) return [];
  const problem = (message: string, fix: string, call: string): Problem => ({
    severity: 'error',
    message,
    seen: 'Customers are logged out when the access token expires: logIn returns no refresh token, and refreshes fail.',
    oktaSays: null,
    fix,
    call,
  });
  const found: Problem[] = [];
  const app = await readApp(admin, okta.clientId);
  const grants = textsAt(app, 'settings', 'oauthClient', 'grant_types');
  if (app !== null && !grants.includes('refresh_token')) {
    found.push(
      problem(
        `The app ${okta.clientId} does not have the grant refresh_token.`,
        'Tick Refresh Token (Applications > the app > General > Grant type).',
        `PUT /api/v1/apps/${okta.clientId} with settings.oauthClient.grant_types`,
      ),
    );
  }
  const rule = await ruleOf(patient);
  if (rule !== null && missingIn(rule, ['offline_access']).length > 0) {
    found.push(
      problem(
        `The rule ${rule.name} lacks the scope offline_access.`,
        `Tick offline_access in the rule (${policies}).`,
        `PUT ${rule.path} with conditions.scopes.include`,
      ),
    );
  }
  return found;
}

async function ruleOf({ okta, admin }: Patient): Promise<AccessRule | null> {
  const rules = admin === null ? null : await rulesForCustomers(admin, okta);
  return rules === null ? null : decidingRule(rules, okta);
}

function daysOf(minutes: number): string {
  if (minutes < day) return `${minutes} minutes`;
  const days = Math.round(minutes / day);
  return `${days} day${days === 1 ? '' : 's'}`;
}
