import { type FieldError, type FieldProblem, ValidationFailed } from '../identity/errors.ts';

/** What is wrong with a value, or undefined. */
type Rule = (value: string) => FieldProblem | undefined;

// Limits of Okta's base profile: login and email 5 to 100, names 50, mobilePhone 100 characters.
const maxPasswordBytes = 256;
const maxTokenBytes = 8 * 1024;
const controlCharacters = /\p{Cc}/u;

/**
 * Checks fields of an `input` by name and throws all problems at once. Optional fields that are null
 * or missing are fine. `known`: problems found before, reported with the others. Whether a password is good enough is Okta's to say, never checked here.
 * @throws ValidationFailed
 */
export function checkInput<Field extends string>(
  input: { readonly [Name in Field]?: string | null | undefined },
  rules: Readonly<Record<Field, Rule>>,
  known: readonly FieldError[] = [],
): void {
  const problems: FieldError[] = [];
  for (const [field, rule] of Object.entries<Rule>(rules)) {
    const value = input[field as Field];
    const problem = value === null || value === undefined ? undefined : rule(value);
    if (problem !== undefined) problems.push({ field, problem });
  }
  problems.push(...known.filter(({ field }) => !problems.some((found) => found.field === field)));
  if (problems.length > 0) throw new ValidationFailed(problems);
}

/** White space around it is a slip of the hand. Case is kept: Okta ignores it in addresses. */
export function trimmed(text: string): string {
  return text.trim();
}

/** Null for a text of white space alone: the attribute is not given. */
export function trimmedOrNull(text: string | null | undefined): string | null {
  return trimmed(text ?? '') || null;
}

/** One `@`, a dot in the domain. A slash would be a path separator in Okta's URLs. */
export const isEmail: Rule = (value) => {
  const email = trimmed(value);
  if (email === '') return 'REQUIRED';
  if (email.length < 5) return 'TOO_SHORT';
  if (email.length > 100) return 'TOO_LONG';
  if (controlCharacters.test(email) || email.includes('/')) return 'NOT_ALLOWED';
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email) ? undefined : 'MALFORMED';
};

/** Passwords go to Okta byte for byte, white space included. */
export const isPassword: Rule = (value) => {
  if (value === '') return 'REQUIRED';
  return Buffer.byteLength(value) > maxPasswordBytes ? 'TOO_LONG' : undefined;
};

/** For a field that has no place in the set-up of this server. */
export const isAbsent: Rule = () => 'NOT_ALLOWED';

export const isName: Rule = (value) => {
  if (trimmed(value).length > 50) return 'TOO_LONG';
  return controlCharacters.test(value) ? 'NOT_ALLOWED' : undefined;
};

/** Okta sets no limit to it; its other free texts end here. */
export const isText: Rule = (value) => {
  if (trimmed(value).length > 1024) return 'TOO_LONG';
  return controlCharacters.test(value) ? 'NOT_ALLOWED' : undefined;
};

export const isPhone: Rule = (value) => {
  const phone = trimmed(value);
  if (phone.length > 100) return 'TOO_LONG';
  return /^(\+?[\d ()./-]+)?$/.test(phone) ? undefined : 'MALFORMED';
};

/** Language and region, joined by `_` as Okta has it or by `-` as in BCP 47. */
export const isLocale: Rule = (value) =>
  /^([A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,3})?$/.test(trimmed(value)) ? undefined : 'MALFORMED';

/** People copy codes in groups: `123 456`. */
export function withoutSpaces(text: string): string {
  return text.replaceAll(/\s/g, '');
}

export const isCode: Rule = (value) => {
  const code = withoutSpaces(value);
  if (code === '') return 'REQUIRED';
  return /^\d{4,10}$/.test(code) ? undefined : 'MALFORMED';
};

/** Visible ASCII, as RFC 6749 appendix A.17 allows, without the space. */
export const isToken: Rule = (value) => {
  if (value === '') return 'REQUIRED';
  if (value.length > maxTokenBytes) return 'TOO_LONG';
  return /^[\x21-\x7e]+$/.test(value) ? undefined : 'MALFORMED';
};
