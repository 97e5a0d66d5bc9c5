/** The base profile of an Okta user: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/ */

import type { CustomAttribute, Profile } from '../entities.ts';

interface Attribute {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

const emailPattern = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/u;
const locale = /^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*$/;
const free: Attribute = {};

const attributes: Readonly<Record<string, Attribute>> = {
  login: { min: 5, max: 100 },
  email: { min: 5, max: 100, pattern: emailPattern },
  secondEmail: { min: 5, max: 100, pattern: emailPattern },
  firstName: { min: 1, max: 50 },
  lastName: { min: 1, max: 50 },
  middleName: free,
  honorificPrefix: free,
  honorificSuffix: free,
  title: free,
  displayName: free,
  nickName: free,
  profileUrl: free,
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
  timezone: free,
  userType: free,
  employeeNumber: free,
  costCenter: free,
  organization: free,
  division: free,
  department: free,
  managerId: free,
  manager: free,
};

/** The base attributes as `GET /api/v1/meta/schemas/user/default` describes them. */
export function baseAttributesJson(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { min, max }]) => [
      name,
      {
        title: name,
        type: 'string',
        required: required.includes(name),
        ...(min === undefined ? {} : { minLength: min }),
        ...(max === undefined ? {} : { maxLength: max }),
        permissions: [{ principal: 'SELF', action: 'READ_WRITE' }],
      },
    ]),
  );
}

export const isAttribute = (name: string): boolean => Object.hasOwn(attributes, name);

// First and last name may be absent, as in orgs whose schema does not demand them.
export const required: readonly string[] = ['login', 'email'];

/** Attributes that hold nothing are not kept; Okta shows these few as null all the same. */
const shownAsNull = ['firstName', 'lastName', 'mobilePhone', 'secondEmail'];

type CustomAttributes = ReadonlyMap<string, CustomAttribute>;

function problemsOf(name: string, value: unknown, custom: CustomAttributes): string[] {
  const added = custom.get(name);
  if (added !== undefined) return customProblems(name, value, added);
  const attribute = isAttribute(name) ? attributes[name] : undefined;
  if (attribute === undefined) {
    return [
      `Property name and value are incompatible with the schema: ${name} is not defined on the User type`,
    ];
  }
  if (value === null) return [];
  if (typeof value !== 'string') return [`${name}: Property value is of the wrong type`];
  const { min = 0, max = 10_000, pattern } = attribute;
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
  /** `attribute` is what Okta names in `errorSummary`; `causes` are the `errorCauses`. */
  | { readonly ok: false; readonly attribute: string; readonly causes: readonly string[] };

/** Checks all that a profile is going to hold; uniqueness of the login is the store's matter. */
export function checkProfile(
  input: Readonly<Record<string, unknown>>,
  custom: CustomAttributes,
): ProfileCheck {
  const problems: [string, string][] = [];
  const demanded = [...custom].filter(([, attribute]) => attribute.required).map(([name]) => name);
  for (const name of [...required, ...demanded]) {
    if (isBlank(input[name])) problems.push([name, `${name}: The field cannot be left blank`]);
  }
  const login = input['login'];
  if (typeof login !== 'string' || !emailPattern.test(login)) {
    problems.push(['login', 'login: Username must be in the form of an email address']);
  }
  const given = Object.entries(input).filter(([, value]) => !isBlank(value));
  for (const [name, value] of given) {
    problems.push(...problemsOf(name, value, custom).map((text): [string, string] => [name, text]));
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

/** The profile as Okta prints it. */
export function profileJson(profile: Profile): Record<string, unknown> {
  return { ...Object.fromEntries(shownAsNull.map((name) => [name, null])), ...profile };
}
