import type { User, UserStatus } from '../identity/model.ts';
import { requireService } from './access.ts';
import { builder } from './builder.ts';
import { callerError } from './top-level-errors.ts';

const maxIds = 1000;

const UserStatusType = builder.enumType('UserStatus', {
  description: 'Where an account stands in its life cycle, under the names of Okta.',
  values: {
    STAGED: { description: 'Made, not yet activated.' },
    PROVISIONED: { description: 'Activated, waiting for the customer to set a password.' },
    ACTIVE: { description: 'Can log in.' },
    RECOVERY: { description: 'An administrator has reset the password.' },
    PASSWORD_EXPIRED: { description: 'Has to change the password at the next log-in.' },
    LOCKED_OUT: { description: 'Too many wrong passwords.' },
    SUSPENDED: { description: 'Shut by an administrator for a while.' },
    DEPROVISIONED: { description: 'Shut for good.' },
  } satisfies Record<UserStatus, { description: string }>,
});

export const UserType = builder.objectRef<User>('User').implement({
  description: 'A customer account. Other subgraphs refer to it by `id`.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'The user id of Okta: the `uid` claim of an access token, not its `sub`.',
    }),
    status: t.expose('status', {
      type: UserStatusType,
      description:
        'As Okta has it stored. Lockout and expiry of the password show only after the next attempt to log in.',
    }),
    login: t.exposeString('login', {
      description: 'The name to log in with; the e-mail address for accounts made here.',
    }),
    email: t.exposeString('email', { description: 'Where mails go. Not proven to be read.' }),
    firstName: t.exposeString('firstName', { nullable: true, description: 'Given name.' }),
    lastName: t.exposeString('lastName', { nullable: true, description: 'Family name.' }),
    displayName: t.exposeString('displayName', {
      nullable: true,
      description: 'The name to show, where one was chosen; not made up from the others.',
    }),
    mobilePhone: t.exposeString('mobilePhone', {
      nullable: true,
      description: 'As the customer wrote it.',
    }),
    locale: t.exposeString('locale', {
      nullable: true,
      description: 'Language and region, such as `en_US`.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was opened.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last changed; null where Okta does not say.',
    }),
  }),
});

builder.asEntity(UserType, {
  key: builder.selection<{ id: string }>('id'),
  // A router's representation is of the scalar `_Any`, so nobody has checked the type of the id.
  resolveReference: ({ id }, { users }) => (typeof id === 'string' ? users.load(id) : null),
});

builder.queryField('user', (t) =>
  t.field({
    type: UserType,
    nullable: true,
    description: 'An account by id, for services. Null for an unknown id.',
    args: { id: t.arg.id({ required: true, description: 'The user id of Okta.' }) },
    resolve: async (_root, { id }, context) => {
      await requireService(context);
      return context.users.load(id);
    },
  }),
);

builder.queryField('users', (t) =>
  t.field({
    type: [UserType],
    nullable: { list: false, items: true },
    description:
      'Many accounts by id, for services: in the order of `ids`, null for an unknown id. One call to Okta for every hundred, however the ids are spread over the query.',
    args: {
      ids: t.arg.idList({ required: true, description: `User ids of Okta; at most ${maxIds}.` }),
    },
    resolve: async (_root, { ids }, context) => {
      await requireService(context);
      if (ids.length > maxIds) throw callerError('BAD_REQUEST');
      return Promise.all(ids.map((id) => context.users.load(id)));
    },
  }),
);
