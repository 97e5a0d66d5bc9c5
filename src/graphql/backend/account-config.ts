import { type PasswordPolicy, requirementsOf } from '../../identity/password-policy.ts';
import type { ProfileField } from '../../identity/profile-schema.ts';
import { type FieldRules, fieldRules } from '../account/profile-attributes.ts';
import { builder } from '../base/builder.ts';
import { orTopLevelError } from '../base/top-level-errors.ts';
import { FactorTypeEnum } from '../types/factor.ts';

const PasswordPolicyType = builder.objectRef<PasswordPolicy>('PasswordPolicy').implement({
  description:
    'What the org requires of the password of a new customer. `PasswordRejected` names the rules that a password breaks.',
  fields: (t) => ({
    minLength: t.exposeInt('minLength', {
      description: 'How many characters a password needs: `TOO_SHORT`.',
    }),
    maxLength: t.exposeInt('maxLength', {
      description: 'How many characters a password may have: `TOO_LONG`.',
    }),
    minLowerCase: t.exposeInt('minLowerCase', {
      description: 'How many lower-case letters a password needs: `NO_LOWER_CASE`.',
    }),
    minUpperCase: t.exposeInt('minUpperCase', {
      description: 'How many upper-case letters a password needs: `NO_UPPER_CASE`.',
    }),
    minNumber: t.exposeInt('minNumber', {
      description: 'How many digits, 0 to 9, a password needs: `NO_NUMBER`.',
    }),
    minSymbol: t.exposeInt('minSymbol', {
      description: 'How many symbols of ASCII, such as `!` or `-`, a password needs: `NO_SYMBOL`.',
    }),
    maxRepeats: t.exposeInt('maxRepeats', {
      nullable: true,
      description: 'How often one character may come in a row: `REPEATS_CHARACTER`. Null: any.',
    }),
    excludesLogin: t.exposeBoolean('excludesLogin', {
      description:
        'True: a password may not hold a part of the e-mail address that has four characters or more: `CONTAINS_LOGIN`.',
    }),
    excludesFirstName: t.exposeBoolean('excludesFirstName', {
      description: 'True: a password may not hold the first name: `CONTAINS_NAME`.',
    }),
    excludesLastName: t.exposeBoolean('excludesLastName', {
      description: 'True: a password may not hold the last name: `CONTAINS_NAME`.',
    }),
    excludesCommon: t.exposeBoolean('excludesCommon', {
      description:
        'True: a password may not be on the list of common passwords that Okta keeps: `BREACHED`.',
    }),
    historyCount: t.exposeInt('historyCount', {
      description: 'How many earlier passwords may not come back: `USED_RECENTLY`.',
    }),
    minAgeMinutes: t.exposeInt('minAgeMinutes', {
      description: 'How old a password has to be before it can be changed: `CHANGED_TOO_RECENTLY`.',
    }),
    maxAgeDays: t.exposeInt('maxAgeDays', {
      description:
        'After how many days a password expires: `PasswordExpired` at the log-in. 0: never.',
    }),
    requirements: t.stringList({
      description: 'The same as short English phrases, for example `at least 8 characters`.',
      resolve: (policy) => [...requirementsOf(policy)],
    }),
  }),
});

const FieldRulesType = builder.objectRef<FieldRules>('FieldRules').implement({
  description: 'The rules that the org has for a field of an input.',
  fields: (t) => ({
    field: t.exposeString('field', {
      description: 'Name of the field in `input`, as in `FieldError.field`.',
    }),
    required: t.exposeBoolean('required', {
      description: 'Whether the field is required and must not be empty.',
    }),
    minLength: t.exposeInt('minLength', {
      nullable: true,
      description: 'The minimum number of characters; null if there is no such limit.',
    }),
    maxLength: t.exposeInt('maxLength', {
      nullable: true,
      description: 'The maximum number of characters; null if there is no such limit.',
    }),
    values: t.exposeStringList('values', {
      nullable: true,
      description: 'The only allowed values; null if any value is allowed.',
    }),
  }),
});

const SignUpMode = builder.enumType('SignUpMode', {
  description: 'How a new account gets its password.',
  values: {
    ACTIVE: { description: '`signUp` takes the password, and the account can log in at once.' },
    VERIFY_EMAIL: { description: '`signUp` sends a mail, and `verifyEmail` takes the password.' },
  },
});

const signUpFields: readonly ProfileField[] = [
  'email',
  'firstName',
  'lastName',
  'mobilePhone',
  'locale',
];
const changeableFields: readonly ProfileField[] = [
  'firstName',
  'lastName',
  'displayName',
  'mobilePhone',
  'locale',
];

const SignUpRules = builder.objectRef<object>('SignUpRules').implement({
  description: 'What a frontend needs to know to make a form for `signUp`.',
  fields: (t) => ({
    mode: t.field({
      type: SignUpMode,
      description: 'How a new account gets its password.',
      resolve: (_rules, _args, { accounts }) => accounts.signUp,
    }),
    passwordRequired: t.boolean({
      description:
        'Whether `signUp` takes a password. If true it is required, otherwise it is refused.',
      resolve: (_rules, _args, { accounts }) => accounts.signUp === 'ACTIVE',
    }),
    tellsTakenAddresses: t.boolean({
      description:
        'False under `ENUMERATION=strict`: a taken address gets the same answer as a free one.',
      resolve: (_rules, _args, { accounts }) => accounts.enumeration === 'open',
    }),
    fields: t.field({
      type: [FieldRulesType],
      description: 'The fields of `SignUpInput`, without the password.',
      resolve: (_rules, _args, { accounts }) => fieldRules(signUpFields, accounts.optionalFields),
    }),
  }),
});

const AccountConfig = builder.objectRef<object>('AccountConfig').implement({
  description: 'The rules of the org, from which a frontend builds its forms.',
  fields: (t) => ({
    passwordPolicy: t.field({
      type: PasswordPolicyType,
      nullable: true,
      description:
        'At most ten minutes old while Okta answers. Null with an error if Okta does not return it now; it is requested again after some seconds.',
      resolve: (_config, _args, { identity, call }) =>
        orTopLevelError(identity.passwordPolicy(call)),
    }),
    factorTypes: t.field({
      type: [FactorTypeEnum],
      nullable: true,
      description:
        'The factors that a new customer may set up with `enrollFactor`. It is as old as the policy, and null when the policy is null.',
      resolve: async (_config, _args, { identity, call }) => [
        ...(await orTopLevelError(identity.factorsOnOffer(call))),
      ],
    }),
    signUp: t.field({
      type: SignUpRules,
      description: 'What the form for `signUp` has to ask for.',
      resolve: () => ({}),
    }),
    profileFields: t.field({
      type: [FieldRulesType],
      description: 'The fields of `UpdateProfileInput`.',
      resolve: (_config, _args, { accounts }) =>
        fieldRules(changeableFields, accounts.optionalFields),
    }),
  }),
});

builder.queryField('accountConfig', (t) =>
  t.field({
    type: AccountConfig,
    description:
      'The rules of the org that forms are built from. Anyone may ask, since the forms show them anyway.',
    resolve: () => ({}),
  }),
);
