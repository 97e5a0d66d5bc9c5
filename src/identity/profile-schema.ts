/** What the org says of a field or an attribute of the profile. */
export interface ProfileLimits {
  readonly required: boolean;
  /** Characters; null: no limit. */
  readonly minLength: number | null;
  readonly maxLength: number | null;
}

/**
 * `public`: the customer sees it, and writes it where the org allows it. `private`: only services see
 * it. `none`: no caller does.
 */
export type AttributeVisibility = 'public' | 'private' | 'none';

/** An attribute of the profile that has no field in the schema. */
export interface ProfileAttribute extends ProfileLimits {
  readonly visibility: AttributeVisibility;
  readonly title: string;
  readonly type: 'string' | 'boolean' | 'integer' | 'number';
  /** A list of values of the type. */
  readonly list: boolean;
  /** The only values that are allowed; null: any. */
  readonly values: readonly string[] | null;
  /** Whether customers may change their own. */
  readonly writable: boolean;
}

/** The fields of sign-up and of a change of the profile. */
export const profileFields = [
  'email',
  'firstName',
  'lastName',
  'displayName',
  'mobilePhone',
  'locale',
] as const;
export type ProfileField = (typeof profileFields)[number];

/** The profile of the org's customers, as the profile file (PROFILE_FILE) has it. */
export interface ProfileSchema {
  readonly fields: Readonly<Record<ProfileField, ProfileLimits>>;
  /** By variable name. */
  readonly attributes: Readonly<Record<string, ProfileAttribute>>;
}
