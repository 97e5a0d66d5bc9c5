import { consumeLimits } from '../../callers/consume-limits.ts';
import { ValidationFailed } from '../../identity/errors.ts';
import { CurrentSessionUnknown, SessionNotFound } from '../../identity/own-account-errors.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { requireOwnAccount } from '../guards/access.ts';
import { asToken, readInput } from '../guards/validation.ts';
import { endingsOf, rechecksOf } from './revoked-sessions.ts';
import '../errors/own-account-errors.ts';

const TokenKind = builder.enumType('TokenKind', {
  description: 'The kinds of token that `logOut` revokes.',
  values: {
    ACCESS_TOKEN: { value: 'access_token', description: 'The access token of the input.' },
    REFRESH_TOKEN: { value: 'refresh_token', description: 'The refresh token of the input.' },
  },
});
type TokenKind = typeof TokenKind.$inferType;

const LogOutScope = builder.enumType('LogOutScope', {
  description: 'Which sessions a log-out ends.',
  values: {
    THIS_SESSION: { description: 'The session of the tokens in the input.' },
    OTHER_SESSIONS: {
      description:
        'Every session of the customer except the one of the access token in the `Authorization` header. A customer who is logged in to Okta itself in a browser has to log in there again, on this device too.',
    },
    EVERYWHERE: {
      description:
        'Every session of the customer whose access token is in the `Authorization` header, this one included: a second call is `TOKEN_INVALID`.',
    },
  },
});

interface LoggedOut {
  readonly revoked: readonly TokenKind[];
  readonly sessionsEnded: number | null;
}

const LogOutSuccess = builder.objectRef<LoggedOut>('LogOutSuccess').implement({
  description:
    'The sessions have ended: none can be refreshed any more. Every check of an access token by this API sees it at once; a backend that checks tokens by itself sees it when the token expires.',
  fields: (t) => ({
    revoked: t.expose('revoked', {
      type: [TokenKind],
      description:
        'With `THIS_SESSION`, the kinds of token that the input contained. They are revoked now; Okta does not say whether they were valid before. Empty with another scope.',
    }),
    sessionsEnded: t.exposeInt('sessionsEnded', {
      nullable: true,
      description:
        'With `OTHER_SESSIONS`, how many sessions this call ended. Null with another scope: Okta does not say.',
    }),
  }),
});

const LogOutInput = builder.inputType('LogOutInput', {
  description: 'What `logOut` needs: which sessions to end, and the tokens of this one.',
  fields: (t) => ({
    scope: t.field({
      type: LogOutScope,
      defaultValue: 'THIS_SESSION',
      required: true,
      description:
        'Which sessions to end. All but `THIS_SESSION` need the access token of the customer in the `Authorization` header.',
    }),
    refreshToken: t.string({
      description:
        'The refresh token of the session, for `THIS_SESSION`, which needs at least one of the two tokens. Without it the session can still be refreshed.',
    }),
    accessToken: t.string({
      description:
        'The access token of the session, for `THIS_SESSION`. Sent alone, only this token is revoked. Together with the refresh token it identifies the session, so all access tokens of the session are revoked at once for every check.',
    }),
  }),
});

builder.mutationField('logOut', (t) =>
  t.errorUnionField({
    description:
      'Ends one session or several: none of them can be refreshed any more. Succeeds for unknown and ended tokens too. `me` and `validateToken` see it at once with every `freshness`, including `LOCAL`, since this API remembers which sessions it has ended.',
    args: {
      input: t.arg({ type: LogOutInput, required: true, description: 'The sessions to end.' }),
    },
    types: [LogOutSuccess, CurrentSessionUnknown, ValidationFailed],
    union: {
      name: 'LogOutResult',
      description: 'That the sessions have ended, or why they have not.',
      resolveType: () => LogOutSuccess.name,
    },
    resolve: async (_root, { input }, context) => {
      switch (input.scope) {
        case 'THIS_SESSION':
          return { revoked: await revokeTokens(input, context), sessionsEnded: null };
        case 'OTHER_SESSIONS':
          return { revoked: [], sessionsEnded: await endOtherSessions(context) };
        case 'EVERYWHERE':
          await endAllSessions(context);
          return { revoked: [], sessionsEnded: null };
      }
    },
  }),
);

async function revokeTokens(
  input: typeof LogOutInput.$inferInput,
  context: Context,
): Promise<readonly TokenKind[]> {
  const { refreshToken, accessToken } = readInput(input, {
    refreshToken: asToken,
    accessToken: asToken,
  });
  const sent = new Map<TokenKind, string>();
  if (refreshToken) sent.set('refresh_token', refreshToken);
  if (accessToken) sent.set('access_token', accessToken);
  if (sent.size === 0) throw new ValidationFailed([{ field: 'refreshToken', problem: 'REQUIRED' }]);
  await consumeLimits({ kind: 'LOG_OUT' }, context);
  const { identity, refreshes, publishNow, call } = context;
  const endings = await endingsOf({ refreshToken, accessToken }, context);
  try {
    await Promise.all(
      [...sent].map(([kind, token]) =>
        kind === 'refresh_token' ? refreshes.end(token, call) : identity.revoke(token, kind, call),
      ),
    );
  } catch (error) {
    // Okta may have revoked them nevertheless.
    await publishNow(rechecksOf(endings));
    throw error;
  }
  await publishNow(endings);
  return [...sent.keys()];
}

async function endOtherSessions(context: Context): Promise<number> {
  const { user, token } = await requireOwnAccount(context);
  const { sessionId } = token;
  if (sessionId === null) throw new CurrentSessionUnknown();
  try {
    return await context.identity.endOtherSessions(user.id, sessionId, context.call);
  } catch (error) {
    if (error instanceof SessionNotFound) throw new CurrentSessionUnknown();
    throw error;
  }
}

async function endAllSessions(context: Context): Promise<void> {
  const { user } = await requireOwnAccount(context);
  await context.identity.endAllSessions(user.id, context.call);
}
