import { GraphQLError } from 'graphql';
import type { FieldError, FieldProblem } from '../../identity/errors.ts';
import type { Attributes, AttributeValue } from '../../identity/model.ts';
import {
  type ProfileAttribute,
  type ProfileField,
  type ProfileLimits,
  profileFields,
} from '../../identity/profile-schema.ts';
import { builder } from '../base/builder.ts';
import { requireService } from '../guards/access.ts';
import { AccountInterface, UserType } from '../types/user.ts';
import { profileSchema } from './profile-schema.ts';

/**
 * Types of GraphQL by those of the profile schema. An integer of Okta's has the 64 bits of Java's Long
 * (https://help.okta.com/en-us/content/topics/users-groups-profiles/usgp-add-custom-user-attributes.htm),
 * and GraphQL's Int has 32.
 */
const scalars = {
  string: 'String',
  boolean: 'Boolean',
  integer: 'SafeInt',
  number: 'Float',
} as const;

const profile = profileSchema();
const entries = Object.entries(profile.attributes);
const hasIntegers = entries.some(
  ([, { visibility, type }]) => visibility !== 'none' && type === 'integer',
);
const shown = entries.filter(([, { visibility }]) => visibility === 'public');
const hidden = entries.filter(([, { visibility }]) => visibility === 'private');
const writable = new Map(shown.filter(([, attribute]) => attribute.writable));

/** The types of this file are in the schema only where the profile file has attributes for them. */
if (hasIntegers) {
  builder.scalarType('SafeInt', {
    description:
      'A whole number as JSON writes it, from -(2^53 - 1) to 2^53 - 1: what every JSON reader keeps exactly. Attributes of type integer have 64 bits at Okta; one beyond this range is null here, and cannot be written (`NOT_ALLOWED`).',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259#section-6',
    serialize: (value) => value,
    parseValue(value) {
      // `attributeProblems` checks the size, since it can name the field.
      if (typeof value === 'number' && Number.isInteger(value)) return value;
      throw new GraphQLError('SafeInt is a whole number.');
    },
  });
}

if (shown.length > 0) {
  const ProfileAttributes = attributesType(
    'ProfileAttributes',
    shown,
    'What the org has added to the profile of its customers.',
  );
  builder.interfaceField(AccountInterface, 'attributes', (t) =>
    t.expose('attributes', {
      type: ProfileAttributes,
      description: 'Attributes of the org that the customer may see.',
    }),
  );
}

if (hidden.length > 0) {
  const PrivateProfileAttributes = attributesType(
    'PrivateProfileAttributes',
    hidden,
    'What the org keeps about its customers, for services alone.',
  );
  builder.objectField(UserType, 'privateAttributes', (t) =>
    t.field({
      type: PrivateProfileAttributes,
      nullable: true,
      description: 'Attributes of the org that the customer may not see. For services.',
      resolve: async ({ attributes }, _args, context) => {
        await requireService(context);
        return attributes;
      },
    }),
  );
}

function attributesType(
  name: string,
  attributes: readonly (readonly [string, ProfileAttribute])[],
  description: string,
) {
  return builder.objectRef<Attributes>(name).implement({
    description,
    fields: (t) =>
      Object.fromEntries(
        attributes.map(([attribute, rules]) => [
          attribute,
          t.field({
            type: rules.list ? [scalars[rules.type]] : scalars[rules.type],
            nullable: true,
            description: described(rules),
            resolve: (held) => heldValue(held, attribute, rules),
          }),
        ]),
      ),
  });
}

/** What customers may write; null: nothing. */
const ProfileAttributesInput =
  writable.size === 0
    ? null
    : builder.inputType('ProfileAttributesInput', {
        description: 'Attributes of the org. Null clears one, and what is missing stays as it is.',
        fields: (t) =>
          Object.fromEntries(
            [...writable].map(([name, rules]) => [
              name,
              t.field({
                type: rules.list ? [scalars[rules.type]] : scalars[rules.type],
                description: described(rules),
              }),
            ]),
          ),
      });

type AttributesInput = NonNullable<typeof ProfileAttributesInput>;

/**
 * The field `attributes` for an input type; nothing where customers may write none. Its value is for
 * `attributesIn`: the types of TypeScript cannot know what a file holds.
 */
export function attributesField<Field>(
  make: (type: AttributesInput) => Field,
): Readonly<Record<never, Field>> {
  return ProfileAttributesInput === null ? {} : { attributes: make(ProfileAttributesInput) };
}

/** What an input of GraphQL holds for `attributes`; empty where it is left out. */
export function attributesIn(input: object): Attributes {
  const attributes: unknown = Reflect.get(input, 'attributes');
  if (typeof attributes !== 'object' || attributes === null) return {};
  return Object.fromEntries(
    [...writable.keys()]
      .map((name) => [name, Reflect.get(attributes, name)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** What is wrong with attributes that GraphQL has let pass, by the limits of the org. */
export function attributeProblems(attributes: Attributes): readonly FieldError[] {
  return [...writable].flatMap(([name, rules]) => {
    const value = attributes[name];
    const problem = value === undefined || value === null ? undefined : problemOf(value, rules);
    return problem === undefined ? [] : [{ field: `attributes.${name}`, problem }];
  });
}

/** Fields and attributes that the org requires and a new account would lack. */
export function missingProblems(
  given: object,
  attributes: Attributes,
  optional: readonly ProfileField[],
): readonly FieldError[] {
  return requiredPlaces(given, attributes, optional)
    .filter(({ value }) => isBlank(value))
    .map(({ field }) => ({ field, problem: 'REQUIRED' }));
}

/** Fields and attributes that the org requires and a change would clear. */
export function clearedProblems(
  given: object,
  attributes: Attributes,
  optional: readonly ProfileField[],
): readonly FieldError[] {
  return requiredPlaces(given, attributes, optional)
    .filter(({ value }) => value !== undefined && isBlank(value))
    .map(({ field }) => ({ field, problem: 'REQUIRED' }));
}

function requiredPlaces(given: object, attributes: Attributes, optional: readonly ProfileField[]) {
  const fields = profileFields
    .filter((name) => profile.fields[name].required && !optional.includes(name))
    .map((name) => ({ field: name, value: Reflect.get(given, name) as unknown }));
  const named = [...writable]
    .filter(([, { required }]) => required)
    .map(([name]) => ({ field: `attributes.${name}`, value: attributes[name] as unknown }));
  return [...fields, ...named];
}

/** What the org asks of one field of an input. */
export interface FieldRules extends ProfileLimits {
  /** As in FieldError. */
  readonly field: string;
  readonly values: readonly string[] | null;
}

/** Of the fields given and of every attribute that customers may write. */
export function fieldRules(
  fields: readonly ProfileField[],
  optional: readonly ProfileField[],
): readonly FieldRules[] {
  const named = fields.map((field) => {
    const rules = profile.fields[field];
    return { field, values: null, ...rules, required: rules.required && !optional.includes(field) };
  });
  const attributes = [...writable].map(([name, rules]) => ({
    ...rules,
    field: `attributes.${name}`,
  }));
  return [...named, ...attributes];
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && !value.trim());
}

function problemOf(value: AttributeValue, rules: ProfileAttribute): FieldProblem | undefined {
  const members = Array.isArray(value) ? value : [value];
  if (rules.values !== null && !members.every((member) => rules.values?.includes(`${member}`))) {
    return 'NOT_ALLOWED';
  }
  for (const member of members) {
    if (rules.type === 'integer' && !Number.isSafeInteger(member)) return 'NOT_ALLOWED';
    if (typeof member !== 'string') continue;
    if (rules.minLength !== null && member.length < rules.minLength) return 'TOO_SHORT';
    if (rules.maxLength !== null && member.length > rules.maxLength) return 'TOO_LONG';
    if (/\p{Cc}/u.test(member)) return 'NOT_ALLOWED';
  }
  return undefined;
}

/**
 * Null too where Okta's value is of another type than the profile file says, which is then out of
 * date, or is a number that JSON cannot represent exactly.
 */
function heldValue(
  held: Attributes,
  name: string,
  { type, list }: ProfileAttribute,
): AttributeValue | null {
  const value = Object.hasOwn(held, name) ? held[name] : undefined;
  const members = Array.isArray(value) ? value : [value];
  if (value === undefined || value === null || Array.isArray(value) !== list) return null;
  return members.every((member) => isOfType(member, type)) ? value : null;
}

function isOfType(value: unknown, type: ProfileAttribute['type']): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  return typeof value === type;
}

function described({ title, values }: ProfileAttribute): string {
  return values === null ? `${title}.` : `${title}: one of ${values.join(', ')}.`;
}
