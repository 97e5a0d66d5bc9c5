import { ValidationFailed } from '../../identity/errors.ts';
import type { Session, User } from '../../identity/model.ts';
import { SessionNotFound } from '../../identity/own-account-errors.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { customerToken, requireOwnAccount } from '../guards/access.ts';
import { asId, readInput } from '../guards/validation.ts';
import { MeType } from '../types/me.ts';
import '../errors/own-account-errors.ts';
import { orTopLevelError } from '../base/top-level-errors.ts';

interface OwnSession extends Session {
  readonly current: boolean | null;
}

const SessionType = builder.objectRef<OwnSession>('Session').implement({
  description:
    'One log-in of the customer that can still be refreshed. Okta does not store its device or place.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description:
        'Identifies the session for `revokeSession`. It is not a secret: it is useless without an access token.',
    }),
    current: t.exposeBoolean('current', {
      nullable: true,
      description:
        'Whether this is the session of the access token that was sent. Null for all sessions if the token does not say.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the customer logged in.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      description: 'When Okta last changed it: the latest refresh, or the log-in.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the session ends unless it is refreshed before then; null if Okta does not say.',
    }),
    clientId: t.exposeID('clientId', {
      description: 'Client id of the app of the Okta org that the customer logged in with.',
    }),
  }),
});

builder.objectField(MeType, 'sessions', (t) =>
  t.field({
    type: [SessionType],
    nullable: true,
    description:
      'The open sessions of the account, the most recently used first; null with an error if Okta could not list them. Access tokens without a refresh token are not sessions: they expire by themselves.',
    resolve: (user, _args, context) => ownSessions(user, context),
  }),
);

async function ownSessions({ id }: User, context: Context): Promise<readonly OwnSession[]> {
  const token = await customerToken(context);
  const sessions = await orTopLevelError(context.identity.findSessions(id, context.call));
  const currentId = token?.sessionId ?? null;
  const known = sessions.some((session) => session.id === currentId);
  return sessions
    .map((session) => ({ ...session, current: known ? session.id === currentId : null }))
    .sort((one, other) => other.lastUsedAt.getTime() - one.lastUsedAt.getTime());
}

const RevokeSessionSuccess = builder
  .objectRef<{ readonly sessionId: string }>('RevokeSessionSuccess')
  .implement({
    description:
      'The session has ended: its refresh token is no longer accepted, and this API accepts none of its access tokens. A backend that checks tokens by itself sees it when the token expires.',
    fields: (t) => ({
      sessionId: t.exposeID('sessionId', { description: 'The id of the session that was ended.' }),
    }),
  });

const RevokeSessionInput = builder.inputType('RevokeSessionInput', {
  description: 'What `revokeSession` needs: the session to end.',
  fields: (t) => ({
    sessionId: t.id({ required: true, description: 'The `id` of one of `me { sessions }`.' }),
  }),
});

builder.mutationField('revokeSession', (t) =>
  t.errorUnionField({
    description:
      'Ends one session of the customer, on any device, including this one. Needs the access token of the customer.',
    args: {
      input: t.arg({
        type: RevokeSessionInput,
        required: true,
        description: 'The session to end.',
      }),
    },
    types: [RevokeSessionSuccess, SessionNotFound, ValidationFailed],
    union: {
      name: 'RevokeSessionResult',
      description: 'That the session has ended, or why it has not.',
      resolveType: () => RevokeSessionSuccess.name,
    },
    resolve: async (_root, { input }, context) => {
      const { user } = await requireOwnAccount(context);
      const { sessionId } = readInput(input, { sessionId: asId });
      await context.identity.endSession(user.id, sessionId, context.call);
      return { sessionId };
    },
  }),
);
