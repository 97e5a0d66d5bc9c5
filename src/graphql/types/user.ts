import type { User, UserStatus } from '../../identity/model.ts';
import { builder } from '../base/builder.ts';
import { settleEach } from '../base/settle-each.ts';
import { callerError } from '../base/top-level-errors.ts';
import { requireService } from '../guards/access.ts';

const maxIds = 1000;

const UserStatusType = builder.enumType('UserStatus', {
  description: 'The status of an account in its life cycle, as Okta names it.',
  values: {
    STAGED: { description: 'The account exists but is not activated yet.' },
    PROVISIONED: {
      description: 'Activated; it waits for the customer to verify the address and set a password.',
    },
    ACTIVE: { description: 'The customer can log in.' },
    RECOVERY: {
      description:
        'An administrator has reset the password; the customer has to set a new one with the token from a mail.',
    },
    PASSWORD_EXPIRED: {
      description: 'The customer has to change the password at the next log-in.',
    },
    LOCKED_OUT: {
      description:
        'Locked after too many wrong passwords; `requestUnlock` sends a mail that unlocks it.',
    },
    SUSPENDED: {
      description: 'An administrator has suspended the account.',
    },
    DEPROVISIONED: {
      description: 'An administrator has deactivated the account; its password is gone.',
    },
    UNKNOWN: {
      description:
        'Okta has a status for the account that this API does not know. Do not treat it as active.',
    },
  } satisfies Record<UserStatus, { description: string }>,
});

/** What backends and the customer get to see of an account alike. */
export const AccountInterface = builder.interfaceRef<User>('Account').implement({
  description:
    'The profile of an account. Services and the customer see the same. Profiles are cached: an answer may be as old as twice `PROFILE_TTL_SECONDS`, a minute by default. A change through this API shows at once in the answers of the process that made it.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'The user id of Okta: the `uid` claim of an access token, not its `sub`.',
    }),
    status: t.expose('status', {
      type: UserStatusType,
      description:
        'As Okta had stored it when it was read. A lockout or an expired password shows only after the next attempt to log in.',
    }),
    login: t.exposeString('login', {
      description: 'The name to log in with; the e-mail address for accounts made here.',
    }),
    email: t.exposeString('email', {
      description:
        'The address that mails are sent to. It is verified only if the org requires that before the first log-in (`SIGN_UP=VERIFY_EMAIL`).',
    }),
    firstName: t.exposeString('firstName', {
      nullable: true,
      description: 'Given name; null if none was given.',
    }),
    lastName: t.exposeString('lastName', {
      nullable: true,
      description: 'Family name; null if none was given.',
    }),
    displayName: t.exposeString('displayName', {
      nullable: true,
      description:
        'The name to show. Null if none was chosen: it is not derived from the other names.',
    }),
    mobilePhone: t.exposeString('mobilePhone', {
      nullable: true,
      description: 'Phone number, as the customer wrote it. Not verified.',
    }),
    locale: t.exposeString('locale', {
      nullable: true,
      description: 'Language and region, such as `en_US`.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the account was created.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the account was last changed; null if Okta does not say.',
    }),
  }),
});

export const UserType = builder.objectRef<User>('User').implement({
  interfaces: [AccountInterface],
  description:
    'A customer account. The entity that other subgraphs of a federation refer to by `id`.',
});

builder.queryField('user', (t) =>
  t.field({
    type: UserType,
    nullable: true,
    description: 'The account of an id, for services. Null for an unknown id.',
    args: {
      id: t.arg.id({
        required: true,
        description: 'User id of Okta: the `uid` claim of an access token.',
      }),
    },
    resolve: async (_root, { id }, context) => {
      await requireService(context);
      return context.users.load(id);
    },
  }),
);

builder.queryField('users', (t) =>
  t.field({
    type: [UserType],
    nullable: { list: true, items: true },
    description:
      'The accounts of many ids, for services: in the order of `ids`, null for an unknown id, and null with an error for one that could not be read. Okta is asked for those that were not read lately, a hundred in one call.',
    args: {
      ids: t.arg.idList({ required: true, description: `User ids of Okta; at most ${maxIds}.` }),
    },
    resolve: async (_root, { ids }, context) => {
      await requireService(context);
      if (ids.length > maxIds) throw callerError('BAD_REQUEST');
      // GraphQL takes an Error in a list for the error of its place; Pothos has no type for that.
      return (await settleEach(ids.map((id) => context.users.load(id)))) as (User | null)[];
    },
  }),
);
