import { ValidationFailed } from '../../identity/errors.ts';
import type { ProfileChanges, User } from '../../identity/model.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { requireOwnAccount } from '../guards/access.ts';
import {
  asLocale,
  asName,
  asPhone,
  asText,
  orNull,
  phoneRule,
  readInput,
} from '../guards/validation.ts';
import { MeType } from '../types/me.ts';
import {
  attributeProblems,
  attributesField,
  attributesIn,
  clearedProblems,
} from './profile-attributes.ts';

const UpdateProfileSuccess = builder
  .objectRef<{ readonly user: User }>('UpdateProfileSuccess')
  .implement({
    description: 'The profile is changed as the input said.',
    fields: (t) => ({
      user: t.expose('user', {
        type: MeType,
        description: 'The account, with the changed profile.',
      }),
    }),
  });

const UpdateProfileInput = builder.inputType('UpdateProfileInput', {
  description:
    'What to change: an omitted field stays unchanged, and null or an empty text clears it.',
  fields: (t) => ({
    firstName: t.string({ description: 'Given name. At most 50 characters.' }),
    lastName: t.string({ description: 'Family name. At most 50 characters.' }),
    displayName: t.string({ description: 'The name to show. At most 1024 characters.' }),
    mobilePhone: t.string({
      description: `Phone number: digits, with an optional \`+\` in front. ${phoneRule}`,
    }),
    locale: t.string({ description: 'Language and region, such as `en_US`.' }),
    ...attributesField((type) => t.field({ type, description: 'Attributes that the org allows.' })),
  }),
});
type Input = typeof UpdateProfileInput.$inferInput;

builder.mutationField('updateProfile', (t) =>
  t.errorUnionField({
    description:
      'Changes the profile of the customer; needs their access token. The e-mail address has mutations of its own.',
    args: {
      input: t.arg({
        type: UpdateProfileInput,
        required: true,
        description: 'The fields to change.',
      }),
    },
    types: [UpdateProfileSuccess, ValidationFailed],
    union: {
      name: 'UpdateProfileResult',
      description: 'That the profile is changed, or why it is not.',
      resolveType: () => UpdateProfileSuccess.name,
    },
    resolve: (_root, { input }, context) => updateProfile(input, context),
  }),
);

async function updateProfile(input: Input, context: Context): Promise<{ readonly user: User }> {
  const changes = checkedChanges(input, context.accounts);
  const { user } = await requireOwnAccount(context);
  const { users, identity, call } = context;
  const changed = await users.change(user.id, () => identity.updateUser(user.id, changes, call));
  users.set(changed);
  return { user: changed };
}

const fields = ['firstName', 'lastName', 'displayName', 'mobilePhone', 'locale'] as const;

function checkedChanges(input: Input, { optionalFields }: Context['accounts']): ProfileChanges {
  const attributes = attributesIn(input);
  const read = readInput(
    input,
    {
      firstName: asName,
      lastName: asName,
      displayName: asText,
      mobilePhone: asPhone,
      locale: asLocale,
    },
    [...clearedProblems(input, attributes, optionalFields), ...attributeProblems(attributes)],
  );
  const given = fields.filter((field) => input[field] !== undefined);
  const changes = Object.fromEntries(given.map((field) => [field, orNull(read[field])]));
  return { ...changes, attributes };
}
