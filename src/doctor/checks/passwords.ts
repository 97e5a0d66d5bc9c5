import { at, numberAt, textAt, textsAt } from '../../org/json.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';
import { readEngine } from '../org-objects.ts';
import { passwordPolicyOf } from '../sign-in-rules.ts';

const about = {
  area: 'passwords and recovery',
  needs: ['okta.policies.read', 'okta.groups.read'],
} as const;
const where =
  'Security > Authenticators > Password (Classic: Security > Authentication > Password)';

/** How customers get back into their accounts. */
export const passwordChecks: readonly Check[] = [
  defineCheck({ code: 'D34', ...about, title: 'Customers may reset their passwords' }, resetDenied),
  defineCheck(
    { code: 'D35', ...about, title: 'An e-mail alone is enough to reset the password' },
    resetNotByMail,
  ),
  defineCheck(
    { code: 'D36', ...about, title: 'A new password may be changed at once' },
    minimumAge,
  ),
  defineCheck({ code: 'D37', ...about, title: 'Locked accounts can be unlocked' }, lockedForEver),
  defineCheck({ code: 'D38', ...about, title: 'Log-ins do not show a lockout' }, lockoutShown),
];

interface PasswordPolicy {
  readonly name: string;
  readonly path: string;
  readonly settings: unknown;
  readonly rule: {
    readonly name: string;
    readonly path: string;
    readonly actions: unknown;
  } | null;
}

async function read({ admin, okta }: Patient): Promise<PasswordPolicy | null> {
  const found = admin === null ? null : await passwordPolicyOf(admin, okta);
  if (found === null) return null;
  const { policy, rule } = found;
  return {
    name: `The password policy "${textAt(policy, 'name')}"`,
    path: `/api/v1/policies/${String(policy['id'])}`,
    settings: policy['settings'],
    rule: rule && { ...rule, actions: rule.json['actions'] },
  };
}

/** Okta allows a reset only where the password may be changed. */
async function resetDenied(patient: Patient): Promise<readonly Problem[]> {
  const policy = await read(patient);
  if (policy === null) return [];
  const { rule } = policy;
  const denied = ['passwordChange', 'selfServicePasswordReset'].filter(
    (action) => textAt(rule?.actions, action, 'access') !== 'ALLOW',
  );
  if (denied.length === 0) return [];
  const message =
    rule === null
      ? `${policy.name} has no rule for customers.`
      : `The rule ${rule.name} does not allow ${denied.join(' and ')}.`;
  return [
    {
      severity: 'error',
      message,
      seen: 'Customers get no mail to reset their password.',
      oktaSays: 'Forgot password not allowed on specified user.',
      fix: `Allow customers to change and to reset the password in the rule (${where}).`,
      call:
        rule === null
          ? `POST ${policy.path}/rules`
          : `PUT ${rule.path} with access ALLOW in ${denied.map((action) => `actions.${action}`).join(' and ')}`,
    },
  ];
}

async function resetNotByMail(patient: Patient): Promise<readonly Problem[]> {
  if ((await readEngine(patient.anonymous)) !== 'identity') return [];
  const rule = (await read(patient))?.rule ?? null;
  const requirement = at(rule?.actions, 'selfServicePasswordReset', 'requirement');
  // Without a requirement the rule is one of the legacy kind.
  if (rule === null || requirement === undefined) return [];
  const wrong = [
    ...(textAt(requirement, 'accessControl') === 'AUTH_POLICY'
      ? ['leaves recovery to the account management policy']
      : []),
    ...(textsAt(requirement, 'primary', 'methods').includes('email')
      ? []
      : ['does not allow e-mail']),
    ...(at(requirement, 'stepUp', 'required') === true ? ['asks for a second authenticator'] : []),
  ];
  if (wrong.length === 0) return [];
  return [
    {
      severity: 'warning',
      message: `The rule ${rule.name} ${wrong.join(' and ')} for a password reset.`,
      seen: 'The mail to reset a password may not arrive, or Okta may refuse its token.',
      oktaSays: 'Forgot password not allowed on specified user.',
      fix: `In the rule allow e-mail, require no additional verification, and set the access control to Legacy (${where}).`,
      call: `PUT ${rule.path} with actions.selfServicePasswordReset.requirement: accessControl LEGACY, primary.methods email, stepUp.required false`,
    },
  ];
}

async function minimumAge(patient: Patient): Promise<readonly Problem[]> {
  const policy = await read(patient);
  const minutes = numberAt(policy?.settings, 'password', 'age', 'minAgeMinutes') ?? 0;
  if (policy === null || minutes === 0) return [];
  return [
    {
      severity: 'warning',
      message: `${policy.name} has a minimum age of ${minutes} minutes.`,
      seen: 'Customers who have just set a password can neither change nor reset it.',
      oktaSays: 'Invalid User State',
      fix: `Set the minimum password age to 0 (${where}).`,
      call: `PUT ${policy.path} with settings.password.age.minAgeMinutes 0`,
    },
  ];
}

async function lockedForEver(patient: Patient): Promise<readonly Problem[]> {
  const policy = await read(patient);
  const lockout = at(policy?.settings, 'password', 'lockout');
  // Without a number of attempts no account is locked.
  if (policy === null || (numberAt(lockout, 'maxAttempts') ?? 0) === 0) return [];
  if ((numberAt(lockout, 'autoUnlockMinutes') ?? 0) > 0) return [];
  const { rule } = policy;
  if (textAt(rule?.actions, 'selfServiceUnlock', 'access') === 'ALLOW') return [];
  return [
    {
      severity: 'warning',
      message: `${policy.name} never unlocks an account, and customers may not unlock theirs.`,
      seen: 'After wrong passwords a customer is locked out until an administrator unlocks the account.',
      oktaSays: null,
      fix: `Unlock accounts after 15 minutes, or allow self-service unlock in the rule (${where}).`,
      call: `PUT ${policy.path} with settings.password.lockout.autoUnlockMinutes 15`,
    },
  ];
}

async function lockoutShown(patient: Patient): Promise<readonly Problem[]> {
  if (patient.config.accounts.enumeration !== 'strict') return [];
  const policy = await read(patient);
  if (policy === null) return [];
  if (at(policy.settings, 'password', 'lockout', 'showLockoutFailures') !== true) return [];
  return [
    {
      severity: 'warning',
      message: `${policy.name} shows lockouts, but ENUMERATION is strict.`,
      seen: 'A log-in to a locked account gets another answer, which shows that the account exists.',
      oktaSays: 'LOCKED_OUT',
      fix: `Untick "Show lock out failures" (${where}).`,
      call: `PUT ${policy.path} with settings.password.lockout.showLockoutFailures false`,
    },
  ];
}
