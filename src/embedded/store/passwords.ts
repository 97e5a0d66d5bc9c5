import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { isCommonPassword } from '../users/common-passwords.ts';
import type { PasswordHash, PasswordPolicy, Profile } from './entities.ts';

/** Okta's own limit, whatever the policy says. */
const maxLength = 72;

// Below what a production store should use: this org holds passwords of a laptop, and every test
// signs in. The cost is still large enough for a missing user to be visible if it were skipped.
const cost: ScryptOptions = { N: 2048, r: 8, p: 1 };
const hashBytes = 32;

/**
 * A password may come in two Unicode forms from two devices, so it is normalised, as NIST SP 800-63B
 * section 3.1.1.2 requires of a verifier. It is not known whether Okta does so: clients should send
 * NFC.
 */
function derive(password: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(
      password.normalize('NFC'),
      Buffer.from(salt, 'base64url'),
      hashBytes,
      cost,
      (error, key) => (error === null ? resolve(key) : reject(error)),
    );
  });
}

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16).toString('base64url');
  return { salt, hash: (await derive(password, salt)).toString('base64url') };
}

/** With no hash to compare, the answer is false and takes as long as with one. */
export async function passwordMatches(
  password: string,
  stored: PasswordHash | null,
): Promise<boolean> {
  const key = await derive(password, stored?.salt ?? 'AAAAAAAAAAAAAAAAAAAAAA');
  if (stored === null) return false;
  const expected = Buffer.from(stored.hash, 'base64url');
  return expected.length === key.length && timingSafeEqual(expected, key);
}

function requirements(policy: PasswordPolicy): string[] {
  return [
    `at least ${policy.minLength} characters`,
    ...(policy.minLowerCase > 0 ? ['a lowercase letter'] : []),
    ...(policy.minUpperCase > 0 ? ['an uppercase letter'] : []),
    ...(policy.minNumber > 0 ? ['a number'] : []),
    ...(policy.minSymbol > 0 ? ['a symbol'] : []),
    ...(policy.excludeUsername ? ['no parts of your username'] : []),
    ...policy.excludeAttributes.map((name) =>
      name === 'firstName' ? 'does not include your first name' : 'does not include your last name',
    ),
  ];
}

function holdsPartOf(login: string, password: string): boolean {
  const folded = password.toLowerCase();
  return (
    login
      .toLowerCase()
      // The top-level domain is no part.
      .replace(/@(.*)\.[^.]*$/, '@$1')
      .split(/[,._#@-]/)
      .some((part) => part.length >= 4 && folded.includes(part))
  );
}

function holdsName({ profile, password }: Candidate, { excludeAttributes }: PasswordPolicy) {
  const folded = password.toLowerCase();
  return excludeAttributes.some((attribute) => {
    const name = profile[attribute];
    return typeof name === 'string' && name !== '' && folded.includes(name.toLowerCase());
  });
}

interface Candidate {
  readonly password: string;
  /** The user who gets the password. */
  readonly profile: Profile;
}

function meetsComplexity({ password, profile }: Candidate, policy: PasswordPolicy): boolean {
  const count = (pattern: RegExp) => password.match(pattern)?.length ?? 0;
  return (
    password.length >= policy.minLength &&
    count(/\p{Ll}/gu) >= policy.minLowerCase &&
    count(/\p{Lu}/gu) >= policy.minUpperCase &&
    count(/\p{Nd}/gu) >= policy.minNumber &&
    count(/[^\p{L}\p{Nd}]/gu) >= policy.minSymbol &&
    !(policy.excludeUsername && holdsPartOf(profile.login, password)) &&
    !holdsName({ password, profile }, policy)
  );
}

const commonPassword =
  'This password was found in a list of commonly used passwords. Please try another password.';

/** Okta's sentence on why the policy refuses a password; null where it does not. */
export function complexityProblem(
  password: string,
  profile: Profile,
  policy: PasswordPolicy,
): string | null {
  const notMet = 'Password requirements were not met. Password requirements:';
  if (password.length > maxLength) return `${notMet} maximum ${maxLength} characters.`;
  if (meetsComplexity({ password, profile }, policy)) {
    return policy.excludeCommon && isCommonPassword(password) ? commonPassword : null;
  }
  const history =
    policy.historyCount > 0
      ? ` Your password cannot be any of your last ${policy.historyCount} passwords.`
      : '';
  const age =
    policy.minAgeMinutes > 0
      ? ` At least ${policy.minAgeMinutes} minute(s) must have elapsed since you last changed your password.`
      : '';
  return `${notMet} ${requirements(policy).join(', ')}.${history}${age}`;
}

/**
 * Okta's sentence where a password is one of the last ones.
 * @param history newest first, the current one included
 */
export async function historyProblem(
  password: string,
  history: readonly PasswordHash[],
  policy: PasswordPolicy,
): Promise<string | null> {
  const recent = history.slice(0, policy.historyCount);
  const matches = await Promise.all(recent.map((hash) => passwordMatches(password, hash)));
  return matches.includes(true) ? 'Password has been used too recently' : null;
}

/** Meets every policy: 16 letters, digits and a symbol, a fresh one each time. */
export function temporaryPassword(): string {
  return `Aa1!${randomBytes(9).toString('base64url')}`;
}
