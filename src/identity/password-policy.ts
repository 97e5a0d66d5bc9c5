import type { PasswordViolation } from './errors.ts';

/** The org's rules for a new password, as far as they can be read. */
export interface PasswordPolicy {
  readonly minLength: number;
  readonly maxLength: number;
  readonly minLowerCase: number;
  readonly minUpperCase: number;
  readonly minNumber: number;
  readonly minSymbol: number;
  /** How often one character may repeat in a row; null for no limit. */
  readonly maxRepeats: number | null;
  readonly excludesLogin: boolean;
  readonly excludesFirstName: boolean;
  readonly excludesLastName: boolean;
  /** Only the provider can check it, since its list is not public. */
  readonly excludesCommon: boolean;
  /** How many earlier passwords may not be reused; 0 for none. */
  readonly historyCount: number;
  /** The minimum age of a password before it may be changed; 0 for no limit. */
  readonly minAgeMinutes: number;
  /** 0 if passwords do not expire. */
  readonly maxAgeDays: number;
}

/** A password, and the known profile of its owner. */
export interface PasswordCandidate {
  readonly password: string;
  readonly login?: string | null;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
}

/** As in Okta's own sign-in form: ASCII digits and symbols, letters of every script. */
const kinds = {
  lowerCase: /\p{Ll}/gu,
  upperCase: /\p{Lu}/gu,
  number: /[0-9]/g,
  symbol: /[!-/:-@[-`{-~]/g,
};

/** Shorter parts of a login are allowed in a password. */
const minPartLength = 4;

/**
 * The rules that the password breaks, in the order of the policy's form. Rules that only the provider
 * can check, or about an unknown name, are left out.
 */
export function brokenRules(
  policy: PasswordPolicy,
  candidate: PasswordCandidate,
): readonly PasswordViolation[] {
  const { password } = candidate;
  const count = (kind: RegExp) => password.match(kind)?.length ?? 0;
  const rules: readonly (readonly [PasswordViolation, boolean])[] = [
    ['TOO_SHORT', password.length < policy.minLength],
    ['TOO_LONG', password.length > policy.maxLength],
    ['NO_LOWER_CASE', count(kinds.lowerCase) < policy.minLowerCase],
    ['NO_UPPER_CASE', count(kinds.upperCase) < policy.minUpperCase],
    ['NO_NUMBER', count(kinds.number) < policy.minNumber],
    ['NO_SYMBOL', count(kinds.symbol) < policy.minSymbol],
    ['REPEATS_CHARACTER', longestRun(password) > (policy.maxRepeats ?? Number.POSITIVE_INFINITY)],
    ['CONTAINS_LOGIN', policy.excludesLogin && holdsAny(password, loginParts(candidate.login))],
    ['CONTAINS_NAME', holdsAny(password, excludedNames(policy, candidate))],
  ];
  return rules.filter(([, broken]) => broken).map(([violation]) => violation);
}

/** The policy as short English phrases, in the style of Okta's own: `at least 8 characters`. */
export function requirementsOf(policy: PasswordPolicy): readonly string[] {
  const phrases: readonly (readonly [string, boolean])[] = [
    [`at least ${policy.minLength} characters`, policy.minLength > 0],
    [`at most ${policy.maxLength} characters`, true],
    ['a lowercase letter', policy.minLowerCase > 0],
    ['an uppercase letter', policy.minUpperCase > 0],
    ['a number', policy.minNumber > 0],
    ['a symbol', policy.minSymbol > 0],
    [`no character more than ${policy.maxRepeats} times in a row`, policy.maxRepeats !== null],
    ['no parts of your username', policy.excludesLogin],
    ['does not include your first name', policy.excludesFirstName],
    ['does not include your last name', policy.excludesLastName],
  ];
  return phrases.filter(([, asked]) => asked).map(([phrase]) => phrase);
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/(.)\1*/gsu)].map(([run]) => [...run].length));
}

/** Without the top-level domain: Okta allows `com` and `shop`. */
function loginParts(login: string | null | undefined): readonly string[] {
  return (login ?? '')
    .replace(/(@.*)\.[^.]*$/, '$1')
    .split(/[,._#@-]/)
    .filter((part) => part.length >= minPartLength);
}

function excludedNames(policy: PasswordPolicy, candidate: PasswordCandidate): readonly string[] {
  const names = [
    policy.excludesFirstName ? candidate.firstName : null,
    policy.excludesLastName ? candidate.lastName : null,
  ];
  return names.map((name) => name?.trim() ?? '').filter((name) => name !== '');
}

function holdsAny(password: string, parts: readonly string[]): boolean {
  const folded = password.toLowerCase();
  return parts.some((part) => folded.includes(part.toLowerCase()));
}
