import type { OktaConfig } from '../../config.ts';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import type { CallContext, EndedSessions, Session } from '../../identity/model.ts';
import { SessionNotFound } from '../../identity/own-account-errors.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import { unexpectedAnswer } from '../wire/answer.ts';
import { type OktaRefreshToken, oktaId } from '../wire/schemas.ts';
import { createRefreshTokens, type ListedTokens, type RefreshTokens } from './refresh-tokens.ts';
import type { Management } from './sdk.ts';

/**
 * Ends all sessions after a change of the password. Retries once, since the change cannot be undone.
 * @param context must outlive the request: an aborted one must not leave old sessions valid under the
 *   new password
 */
export async function endSessionsAfterChange(
  endAllSessions: IdentityProvider['endAllSessions'],
  userId: string,
  context: CallContext,
): Promise<void> {
  try {
    await endAllSessions(userId, context);
  } catch (error) {
    if (!(error instanceof UpstreamUnavailable)) throw error;
    await endAllSessions(userId, context);
  }
}

/** Called after sessions were ended at Okta. Without `certain`, they may still be valid. */
export type OnSessionsEnded = (ended: EndedSessions, certain: boolean) => Promise<void>;

/**
 * Runs `end`, then notifies. Also after a failure: Okta may have ended the sessions nevertheless, and
 * the caller wants them to be unusable.
 */
export async function notifySessionsEnded<Result>(
  ended: EndedSessions,
  onSessionsEnded: OnSessionsEnded,
  end: () => Promise<Result>,
): Promise<Result> {
  let certain = false;
  try {
    const result = await end();
    certain = true;
    return result;
  } finally {
    await onSessionsEnded(ended, certain);
  }
}

type Sessions = Pick<
  IdentityProvider,
  'findSessions' | 'endSession' | 'endOtherSessions' | 'endAllSessions'
>;

/** One request of ours must not take up the org's concurrent limit (35 to 75 calls). */
const maxRevocationsInFlight = 4;

interface Options {
  readonly config: Pick<OktaConfig, 'acceptedClientIds'>;
  readonly now: () => number;
  readonly onSessionsEnded: OnSessionsEnded;
}

/**
 * A customer's session is a refresh token at Okta with its access tokens. Okta stores and lists nothing
 * else about a log-in with this API.
 */
export function createSessions(management: Management, options: Options): Sessions {
  const { now, onSessionsEnded } = options;
  const clientIds = [...new Set(options.config.acceptedClientIds)];
  const tokens = createRefreshTokens(management);
  return {
    async findSessions(userId, context) {
      const { tokens: all } = await listAll(tokens, { userId, clientIds }, context);
      return all.filter((token) => isLive(token, now())).flatMap((token) => toSession(token) ?? []);
    },

    async endSession(userId, sessionId, context) {
      // It becomes part of a path.
      if (!oktaId.safeParse(sessionId).success) throw new SessionNotFound();
      await notifySessionsEnded({ userId, kind: 'one', sessionId }, onSessionsEnded, async () => {
        for (const clientId of clientIds) {
          if (await tokens.revoke({ userId, clientId, tokenId: sessionId }, context)) return;
        }
        throw new SessionNotFound();
      });
    },

    async endOtherSessions(userId, sessionId, context) {
      const { tokens: all, hasOthers } = await listAll(tokens, { userId, clientIds }, context);
      if (!all.some((token) => token.id === sessionId && isLive(token, now()))) {
        throw new SessionNotFound();
      }
      const others = all.filter((token) => token.id !== sessionId && !hasEnded(token, now()));
      return notifySessionsEnded(
        { userId, kind: 'others', sessionId },
        onSessionsEnded,
        async () => {
          // First, since Okta's own sessions could be used to get new tokens.
          await management('users/sessions/revoke', context, (api) =>
            api.revokeUserSessions({ userId, oauthTokens: false, forgetDevices: false }),
          );
          const ended = await revokeEach(tokens, { userId, revoked: others }, context);
          if (hasOthers) throw unexpectedAnswer('a session without an id, which cannot be ended');
          return ended;
        },
      );
    },

    endAllSessions: (userId, context) =>
      notifySessionsEnded({ userId, kind: 'all', sessionId: null }, onSessionsEnded, () =>
        management('users/sessions/revoke', context, (api) =>
          api.revokeUserSessions({ userId, oauthTokens: true }),
        ),
      ),
  };
}

/** The refresh tokens of an account at all accepted apps. */
async function listAll(
  tokens: RefreshTokens,
  { userId, clientIds }: { readonly userId: string; readonly clientIds: readonly string[] },
  context: CallContext,
): Promise<Listed> {
  const lists = await Promise.all(
    clientIds.map(async (clientId) => {
      const listed = await tokens.list({ userId, clientId }, context);
      return { ...listed, tokens: listed.tokens.map((token) => ({ ...token, clientId })) };
    }),
  );
  return {
    tokens: lists.flatMap((listed) => listed.tokens),
    hasOthers: lists.some(({ hasOthers }) => hasOthers),
  };
}

/** @returns how many of the tokens were still active */
async function revokeEach(
  tokens: RefreshTokens,
  { userId, revoked }: { readonly userId: string; readonly revoked: readonly ClientToken[] },
  context: CallContext,
): Promise<number> {
  let ended = 0;
  await forEachConcurrently(revoked, async ({ id: tokenId, clientId }) => {
    if (await tokens.revoke({ userId, clientId, tokenId }, context)) ended += 1;
  });
  return ended;
}

async function forEachConcurrently<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const pending = [...items];
  const worker = async () => {
    for (let item = pending.pop(); item !== undefined; item = pending.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: maxRevocationsInFlight }, worker));
}

interface ClientToken extends OktaRefreshToken {
  readonly clientId: string;
}

interface Listed extends Omit<ListedTokens, 'tokens'> {
  readonly tokens: readonly ClientToken[];
}

function isLive(token: OktaRefreshToken, now: number): boolean {
  return token.status === 'ACTIVE' && !hasEnded(token, now);
}

/** Only if Okta says so: a token with an unknown status may be valid. */
function hasEnded({ status, expiresAt }: OktaRefreshToken, now: number): boolean {
  return status === 'REVOKED' || (expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) <= now;
}

/** Null for a token without a date. */
function toSession(token: ClientToken): Session | null {
  const { id, clientId, lastUpdated, expiresAt } = token;
  const createdAt = token.created ?? lastUpdated;
  if (!createdAt) return null;
  return {
    id,
    clientId,
    createdAt,
    lastUsedAt: lastUpdated ?? createdAt,
    expiresAt: expiresAt ?? null,
  };
}
