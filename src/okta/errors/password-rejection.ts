import { PasswordRejected, type PasswordViolation } from '../../identity/errors.ts';

/** Causes that can only be about the current password. */
const oldPasswordWrong = /\bold ?password\b|credentials provided were incorrect/i;

/** Order matters: the first text also lists all rules, which may mention the last passwords. */
const violations: readonly (readonly [RegExp, PasswordViolation])[] = [
  [/requirements were not met|complexity/i, 'REQUIREMENTS_NOT_MET'],
  [/used too recently|current password|last \d+ passwords|history/i, 'USED_RECENTLY'],
  [/minimum age|age requirement|too soon|changed too recently/i, 'CHANGED_TOO_RECENTLY'],
  [/breach|compromised|commonly used/i, 'BREACHED'],
];

/** Whether a password change was refused because the current password was wrong. */
export function isOldPasswordWrong(causes: readonly string[]): boolean {
  return causes.some((cause) => oldPasswordWrong.test(cause));
}

/** Okta has one error code for all rules; only the text differs. */
export function passwordRejected(texts: readonly string[]): PasswordRejected {
  const found = new Set(texts.flatMap((text) => violationOf(text) ?? []));
  const broken: PasswordViolation[] = found.size > 0 ? [...found] : ['REQUIREMENTS_NOT_MET'];
  return new PasswordRejected(broken, texts.flatMap(requirementsOf));
}

function violationOf(text: string): PasswordViolation | undefined {
  return violations.find(([says]) => says.test(text))?.[1];
}

/** From `… Password requirements: at least 8 characters, a number. Your password cannot be …`. */
function requirementsOf(text: string): string[] {
  const listed = /password requirements:(.+)$/is.exec(text)?.[1] ?? '';
  const [rules = '', ...sentences] = listed.split(/\.(?:\s+|$)/);
  return [...rules.split(','), ...sentences]
    .map((rule) => rule.trim())
    .filter((rule) => rule !== '');
}
