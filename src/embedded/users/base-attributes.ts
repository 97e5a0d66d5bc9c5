/**
 * The base profile as an untouched org describes it:
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Schema/
 */

import type { BaseAttributeSettings, SelfPermission } from './profile-attributes.ts';

interface BaseAttribute {
  readonly title: string;
  readonly required?: boolean;
  readonly format?: 'email' | 'uri' | 'country-code' | 'language-code' | 'locale' | 'timezone';
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Default READ_ONLY. */
  readonly self?: SelfPermission;
}

const baseAttributes: Readonly<Record<string, BaseAttribute>> = {
  login: { title: 'Username', required: true, minLength: 5, maxLength: 100 },
  firstName: nameAttribute('First name'),
  lastName: nameAttribute('Last name'),
  middleName: { title: 'Middle name' },
  honorificPrefix: { title: 'Honorific prefix' },
  honorificSuffix: { title: 'Honorific suffix' },
  email: { title: 'Primary email', required: true, format: 'email', self: 'READ_WRITE' },
  title: { title: 'Title' },
  displayName: { title: 'Display name' },
  nickName: { title: 'Nickname' },
  profileUrl: { title: 'Profile Url', format: 'uri' },
  secondEmail: { title: 'Secondary email', format: 'email', self: 'READ_WRITE' },
  mobilePhone: { title: 'Mobile phone', maxLength: 100, self: 'READ_WRITE' },
  primaryPhone: { title: 'Primary phone', maxLength: 100, self: 'HIDE' },
  streetAddress: { title: 'Street address', self: 'HIDE' },
  city: { title: 'City', self: 'HIDE' },
  state: { title: 'State', self: 'HIDE' },
  zipCode: { title: 'Zip code', self: 'HIDE' },
  countryCode: { title: 'Country code', format: 'country-code', self: 'HIDE' },
  postalAddress: { title: 'Postal Address', self: 'HIDE' },
  preferredLanguage: { title: 'Preferred language', format: 'language-code' },
  locale: { title: 'Locale', format: 'locale' },
  timezone: { title: 'Time zone', format: 'timezone' },
  userType: { title: 'User type' },
  employeeNumber: { title: 'Employee number' },
  costCenter: { title: 'Cost center' },
  organization: { title: 'Organization' },
  division: { title: 'Division' },
  department: { title: 'Department' },
  managerId: { title: 'ManagerId' },
  manager: { title: 'Manager' },
};

function nameAttribute(title: string): BaseAttribute {
  return { title, required: true, minLength: 1, maxLength: 50, self: 'READ_WRITE' };
}

type Settings = ReadonlyMap<string, BaseAttributeSettings>;

export const isBaseAttribute = (name: string): boolean => Object.hasOwn(baseAttributes, name);

/** In the order in which Okta reports those that are blank. */
export function requiredBaseAttributes(settings: Settings): string[] {
  return Object.keys(baseAttributes).filter((name) => isRequired(name, settings));
}

function isRequired(name: string, settings: Settings): boolean {
  return settings.get(name)?.required ?? baseAttributes[name]?.required ?? false;
}

/** `definitions.base.properties` of `GET /api/v1/meta/schemas/user/default`. */
export function baseAttributesJson(settings: Settings): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(baseAttributes).map(([name, { self, required: _, ...attribute }]) => [
      name,
      {
        type: 'string',
        ...attribute,
        ...(isRequired(name, settings) && { required: true }),
        ...patternOf(name, settings),
        ...attributeRules(settings.get(name)?.self ?? self ?? 'READ_ONLY'),
      },
    ]),
  );
}

function patternOf(name: string, settings: Settings): Record<string, unknown> {
  const pattern = settings.get(name)?.pattern ?? null;
  return pattern === null ? {} : { pattern };
}

/** The parts of an attribute's description that are the same for every attribute but `self`. */
export function attributeRules(self: SelfPermission): Record<string, unknown> {
  return {
    mutability: 'READ_WRITE',
    scope: 'NONE',
    permissions: [{ principal: 'SELF', action: self }],
    master: { type: 'PROFILE_MASTER' },
  };
}
