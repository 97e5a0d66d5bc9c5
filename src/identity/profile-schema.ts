/** The org's rules for a field or an attribute of the profile. */
export interface ProfileLimits {
  readonly required: boolean;
  /** In characters; null for no limit. */
  readonly minLength: number | null;
  readonly maxLength: number | null;
}

/**
 * `public`: visible to the customer, who can change it if the org allows that. `private`: visible to
 * services only. `none`: visible to no caller.
 */
export type AttributeVisibility = 'public' | 'private' | 'none';

/** An attribute of the profile that has no field in the schema. */
export interface ProfileAttribute extends ProfileLimits {
  readonly visibility: AttributeVisibility;
  readonly title: string;
  readonly type: 'string' | 'boolean' | 'integer' | 'number';
  /** A list of values of the type. */
  readonly list: boolean;
  /** The allowed values; null for any. */
  readonly values: readonly string[] | null;
  /** Whether customers may change their own. */
  readonly writable: boolean;
}

/** The fields of a sign-up and a profile update. */
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
