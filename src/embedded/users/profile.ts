/** The profile of an Okta user: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/ */

import type { Profile } from '../store/entities.ts';
import type { Store } from '../store/store.ts';
import { isBaseAttribute, requiredBaseAttributes } from './base-attributes.ts';
import type { CustomAttribute } from './profile-attributes.ts';

/** What Okta checks, some of which the org's own schema does not say. */
interface Limits {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

const emailPattern = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/u;
const locale = /^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*$/;

const limits: Readonly<Record<string, Limits>> = {
  login: { min: 5, max: 100 },
  email: { min: 5, max: 100, pattern: emailPattern },
  secondEmail: { min: 5, max: 100, pattern: emailPattern },
  firstName: { min: 1, max: 50 },
  lastName: { min: 1, max: 50 },
  primaryPhone: { max: 100 },
  mobilePhone: { max: 100 },
  streetAddress: { max: 1024 },
  city: { max: 128 },
  state: { max: 128 },
  zipCode: { max: 50 },
  countryCode: { max: 2, pattern: /^[A-Za-z]{2}$/ },
  postalAddress: { max: 4096 },
  preferredLanguage: { pattern: locale },
  locale: { pattern: locale },
};

/** Empty attributes are not kept; Okta shows these few as null nevertheless. */
const shownAsNull = ['firstName', 'lastName', 'mobilePhone', 'secondEmail'];

/** The attributes of the org, with their settings. */
type Schema = Pick<Store, 'baseAttributes' | 'customAttributes'>;

function problemsOf(name: string, value: unknown, { customAttributes }: Schema): string[] {
  const added = customAttributes.get(name);
  if (added !== undefined) return customProblems(name, value, added);
  if (!isBaseAttribute(name)) return [`Property name '${name}' is not defined in profile`];
  if (value === null) return [];
  if (typeof value !== 'string') return [`${name}: Property value is of the wrong type`];
  const { min = 0, max = 10_000, pattern } = limits[name] ?? {};
  if (value.length > max) {
    return [`${name}: String is too long (${value.length} chars), maximum length is ${max}`];
  }
  if (value.length < min || /[\u{10000}-\u{10ffff}]/u.test(value)) {
    return [`${name}: Does not match required pattern`];
  }
  return pattern === undefined || value === '' || pattern.test(value)
    ? []
    : [`${name}: Does not match required pattern`];
}

function customProblems(name: string, value: unknown, attribute: CustomAttribute): string[] {
  const members = attribute.type === 'array' && Array.isArray(value) ? value : [value];
  const type = attribute.type === 'array' ? attribute.items?.type : attribute.type;
  if (attribute.type === 'array' && !Array.isArray(value)) return [wrongType(name)];
  if (!members.every((member) => isOfType(member, type))) return [wrongType(name)];
  if (attribute.enum !== undefined && !members.every((each) => attribute.enum?.includes(each))) {
    return [`${name}: The value is not one of the allowed values`];
  }
  if (typeof value !== 'string') return [];
  const { minLength = 0, maxLength = 10_000 } = attribute;
  if (value.length > maxLength) {
    return [`${name}: String is too long (${value.length} chars), maximum length is ${maxLength}`];
  }
  return value.length < minLength
    ? [`${name}: String is too short (${value.length} chars), minimum length is ${minLength}`]
    : [];
}

const wrongType = (name: string) => `${name}: Property value is of the wrong type`;

function isOfType(value: unknown, type: string | undefined): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

const isBlank = (value: unknown) => value === undefined || value === null || value === '';

export type ProfileCheck =
  | { readonly ok: true; readonly profile: Profile }
  /** `attribute` is what Okta names in `errorSummary`, `newUser` for one that the org does not have. */
  | { readonly ok: false; readonly attribute: string; readonly causes: readonly string[] };

/** Checks all that a profile is going to hold; uniqueness of the login is the store's matter. */
export function checkProfile(
  input: Readonly<Record<string, unknown>>,
  schema: Schema,
): ProfileCheck {
  const problems: [string, string][] = [];
  for (const name of requiredAttributes(schema)) {
    if (isBlank(input[name])) problems.push([name, `${name}: The field cannot be left blank`]);
  }
  const login = input['login'];
  const loginProblem = problemOfLogin(login, schema);
  if (loginProblem !== null) problems.push(['login', loginProblem]);
  const given = Object.entries(input).filter(([, value]) => !isBlank(value));
  for (const [name, value] of given) {
    const about = isKnown(name, schema) ? name : 'newUser';
    problems.push(
      ...problemsOf(name, value, schema).map((text): [string, string] => [about, text]),
    );
  }
  const [first] = problems;
  if (first !== undefined) {
    return { ok: false, attribute: first[0], causes: problems.map(([, text]) => text) };
  }
  return {
    ok: true,
    profile: { ...Object.fromEntries(given), login: String(login), email: String(input['email']) },
  };
}

/** An administrator may choose another form than that of an e-mail address. */
function problemOfLogin(login: unknown, { baseAttributes }: Schema): string | null {
  const pattern = baseAttributes.get('login')?.pattern ?? null;
  if (typeof login !== 'string') return 'login: Username must be in the form of an email address';
  if (pattern !== null) {
    const isWhole = new RegExp(`^(?:${pattern})$`, 'u').test(login);
    return isWhole ? null : 'login: Does not match required pattern';
  }
  return emailPattern.test(login)
    ? null
    : 'login: Username must be in the form of an email address';
}

function isKnown(name: string, { customAttributes }: Schema): boolean {
  return isBaseAttribute(name) || customAttributes.has(name);
}

function requiredAttributes({ baseAttributes, customAttributes }: Schema): string[] {
  const custom = [...customAttributes].filter(([, { required }]) => required);
  return [...requiredBaseAttributes(baseAttributes), ...custom.map(([name]) => name)];
}

/** The profile as Okta prints it. */
export function profileJson(profile: Profile): Record<string, unknown> {
  return { ...Object.fromEntries(shownAsNull.map((name) => [name, null])), ...profile };
}
