import { mfaGrants } from '../../org/description.ts';
import { textsAt } from '../../org/json.ts';
import { rulesForCustomers } from '../access-rules.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';
import { readApp, readEngine } from '../org-objects.ts';
import { ruleOfApp, ruleOfSession, type SignInRule } from '../sign-in-rules.ts';

const area = 'sign-in policies';
const needs = ['okta.apps.read', 'okta.policies.read', 'okta.groups.read'];
const passwordRule =
  'Add a rule that a password satisfies, and place it before the others (Applications > the app > Sign On > View policy details)';

/** What Okta requires besides the right password. */
export const signInPolicyChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D06',
      area,
      title: 'The flow authn can satisfy the sign-in policy of the app',
      needs,
      explainedBy: ['D08'],
    },
    flowAgainstEngine,
  ),
  defineCheck(
    { code: 'D14', area, title: 'A password is enough to log in', needs, explainedBy: ['D08'] },
    passwordNotEnough,
  ),
  defineCheck(
    {
      code: 'D15',
      area,
      title: 'Customers with a second factor can log in',
      needs: ['okta.apps.read', 'okta.authorizationServers.read', 'okta.groups.read'],
      explainedBy: ['D01', 'D03', 'D08', 'D10'],
    },
    factorsLockedOut,
  ),
];

/** On Identity Engine a session token satisfies the policy of an app only if a password alone does. */
async function flowAgainstEngine(patient: Patient): Promise<readonly Problem[]> {
  const { okta, admin, anonymous } = patient;
  if (admin === null || okta.logInFlow !== 'authn') return [];
  if ((await readEngine(anonymous)) !== 'identity') return [];
  const rule = await ruleOfApp(admin, okta);
  if (rule === null || rule.demand === 'PASSWORD') return [];
  return [
    {
      severity: 'error',
      message: `OKTA_LOG_IN_FLOW is authn on Identity Engine, and the rule ${rule.name} ${demandText(rule)}. This flow presents a session token, which does not satisfy such a policy.`,
      seen: 'Every log-in answers LogInDenied.',
      oktaSays:
        'The client specified not to prompt, but the client app requires re-authentication or MFA.',
      fix: `Set OKTA_LOG_IN_FLOW=password, which can handle second factors. Or keep the flow: ${passwordRule}, and require second factors in the global session policy.`,
      call: `PUT ${rule.path} with actions.appSignOn.verificationMethod factorMode 1FA`,
    },
  ];
}

async function passwordNotEnough(patient: Patient): Promise<readonly Problem[]> {
  const { okta, admin, anonymous } = patient;
  if (admin === null) return [];
  const isClassic = (await readEngine(anonymous)) === 'classic';
  const problems: Problem[] = [];
  const session = await ruleOfSession(admin, okta);
  // The flow authn asks for the factor; Identity Engine asks the policy of the app.
  const isTooMuch = session?.demand === 'TWO_FACTORS' && isClassic && okta.logInFlow === 'password';
  if (session !== null && (session.demand === 'DENIED' || isTooMuch)) {
    const texts = {
      oktaSays:
        session.demand === 'DENIED'
          ? 'Resource owner password credentials authentication denied by sign on policy.'
          : 'Resource owner password credentials cannot be used with MFA enabled.',
      fix: `Change the rule for the customers (${isClassic ? 'Security > Authentication > Sign On' : 'Security > Global Session Policy'}), or set OKTA_LOG_IN_FLOW=authn, which handles second factors.`,
    };
    problems.push({ ...denied(session), ...texts });
  }
  // D06 reports the flow authn.
  if (isClassic || okta.logInFlow === 'authn') return problems;
  const rule = await ruleOfApp(admin, okta);
  if (rule !== null && rule.demand !== 'PASSWORD') {
    problems.push({
      ...denied(rule),
      oktaSays: 'Resource owner password credentials authentication denied by sign on policy.',
      fix: `${passwordRule}.`,
    });
  }
  return problems;
}

function denied(rule: SignInRule): Omit<Problem, 'oktaSays' | 'fix'> {
  return {
    severity: 'error',
    message: `The rule ${rule.name} ${demandText(rule)}.`,
    seen:
      rule.demand === 'DENIED'
        ? 'Every log-in answers LogInDenied.'
        : 'Customers without a second factor get LogInDenied. The others get MfaRequired if the app has the MFA grants, and LogInDenied if not.',
    call: `PUT ${rule.path}`,
  };
}

function demandText({ demand }: SignInRule): string {
  return demand === 'DENIED' ? 'denies customers' : 'requires more than a password from customers';
}

/** Direct authentication continues with a factor where both the app and the rule have its grants. */
async function factorsLockedOut(patient: Patient): Promise<readonly Problem[]> {
  const { okta, admin, anonymous } = patient;
  if (admin === null || okta.logInFlow !== 'password') return [];
  if ((await readEngine(anonymous)) !== 'identity') return [];
  const app = await readApp(admin, okta.clientId);
  const inApp = textsAt(app, 'settings', 'oauthClient', 'grant_types');
  const rules = await rulesForCustomers(admin, okta);
  if (app === null || rules === null) return [];
  const inRules = rules.flatMap(({ grantTypes }) => grantTypes);
  const lacking = [
    ...(mfaGrants.every((grant) => inApp.includes(grant)) ? [] : [`the app ${okta.clientId}`]),
    ...(mfaGrants.every((grant) => inRules.includes(grant))
      ? []
      : ['the rules of its access policy']),
  ];
  if (lacking.length === 0) return [];
  return [
    {
      severity: 'warning',
      message: `The grants MFA OTP and MFA OOB are not in ${lacking.join(' and not in ')}.`,
      seen: 'Customers who have enrolled a second factor get LogInDenied when a policy asks for it.',
      oktaSays:
        "User couldn't be signed-in through direct authentication because authentication policy wasn't satisfied.",
      fix: 'Tick both in the app (Applications > the app > General > Grant type, below Advanced) and in the rule (Security > API > Authorization Servers > the server > Access Policies).',
      call: `PUT /api/v1/apps/${okta.clientId} with settings.oauthClient.grant_types, and PUT of the rule with conditions.grantTypes`,
    },
  ];
}
