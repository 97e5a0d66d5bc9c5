import { isBaseAttribute } from '../../embedded/users/base-attributes.ts';
import type { CustomAttribute } from '../../embedded/users/profile-attributes.ts';
import type { ProfileAttribute, ProfileSchema } from '../../identity/profile-schema.ts';

/** The attributes of the profile file, for an embedded org that stands in for the org it describes. */
export function customAttributesOf({
  attributes,
}: ProfileSchema): Readonly<Record<string, CustomAttribute>> {
  const custom = Object.entries(attributes).filter(([name]) => !isBaseAttribute(name));
  return Object.fromEntries(custom.map(([name, attribute]) => [name, customAttribute(attribute)]));
}

function customAttribute({ type, list, values, ...rest }: ProfileAttribute): CustomAttribute {
  const { title, required, minLength, maxLength, visibility, writable } = rest;
  return {
    title,
    required,
    ...(list && type !== 'boolean' ? { type: 'array', items: { type } } : { type }),
    ...(values !== null && { enum: [...values] }),
    ...(minLength !== null && { minLength }),
    ...(maxLength !== null && { maxLength }),
    self: visibility === 'private' ? 'HIDE' : writable ? 'READ_WRITE' : 'READ_ONLY',
  };
}
