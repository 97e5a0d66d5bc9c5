/** What users themselves may do with an attribute of their profile. */
export type SelfPermission = 'READ_WRITE' | 'READ_ONLY' | 'HIDE';

/** What an administrator may change of an attribute of the base profile. */
export interface BaseAttributeSettings {
  /** Okta lets `firstName` and `lastName` alone be optional. */
  required?: boolean;
  self?: SelfPermission;
  /** Of the login alone: a regular expression. Null: the form of an e-mail address, as without one. */
  pattern?: string | null;
}

/** An attribute that an administrator has added to the profile of users. */
export interface CustomAttribute {
  title: string;
  description?: string;
  type: 'string' | 'boolean' | 'integer' | 'number' | 'array';
  /** Of an array's members. */
  items?: { type: 'string' | 'integer' | 'number' };
  enum?: string[];
  minLength?: number;
  maxLength?: number;
  required?: boolean;
  /** Default READ_WRITE. */
  self?: SelfPermission;
}
