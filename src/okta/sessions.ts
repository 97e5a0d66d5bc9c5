import type { OktaConfig } from '../config.ts';
import type { CallContext, Session } from '../identity/model.ts';
import { SessionNotFound } from '../identity/own-account-errors.ts';
import type { IdentityProvider } from '../identity/port.ts';
import { announcingEnd, type OnSessionsEnded } from './announce-end.ts';
import type { Management } from './management.ts';
import { createRefreshTokens } from './refresh-tokens.ts';
import { type OktaRefreshToken, oktaId } from './wire-types.ts';

type Sessions = Pick<
  IdentityProvider,
  'findSessions' | 'endSession' | 'endOtherSessions' | 'endAllSessions'
>;

/** One request of ours must not take up the org's concurrent limit (35 to 75 calls). */
const maxRevocationsInFlight = 4;

/**
 * A customer's session is a refresh token at Okta, with the access tokens that came with it: there is
 * nothing else of a log-in over this API that Okta keeps, and lists.
 */
export function createSessions(
  management: Management,
  options: {
    readonly config: Pick<OktaConfig, 'acceptedClientIds'>;
    readonly now: () => number;
    readonly onSessionsEnded: OnSessionsEnded;
  },
): Sessions {
  const { now, onSessionsEnded } = options;
  const clientIds = [...new Set(options.config.acceptedClientIds)];
  const tokens = createRefreshTokens(management);

  async function list(userId: string, context: CallContext): Promise<readonly Session[]> {
    const lists = clientIds.map((clientId) => tokens.list({ userId, clientId }, context));
    return (await Promise.all(lists))
      .flat()
      .filter((token) => isLive(token, now()))
      .map(toSession);
  }

  return {
    findSessions: list,

    async endSession(userId, sessionId, context) {
      // It becomes part of a path.
      if (!oktaId.safeParse(sessionId).success) throw new SessionNotFound();
      await announcingEnd({ userId, kind: 'one', sessionId }, onSessionsEnded, async () => {
        for (const clientId of clientIds) {
          if (await tokens.revoke({ userId, clientId, tokenId: sessionId }, context)) return;
        }
        throw new SessionNotFound();
      });
    },

    async endOtherSessions(userId, sessionId, context) {
      const all = await list(userId, context);
      const others = all.filter(({ id }) => id !== sessionId);
      if (others.length === all.length) throw new SessionNotFound();
      return announcingEnd({ userId, kind: 'others', sessionId }, onSessionsEnded, async () => {
        // First, since whoever holds one of Okta's own sessions gets new tokens with it.
        await management('users/sessions/revoke', context, (api) =>
          api.revokeUserSessions({ userId, oauthTokens: false, forgetDevices: false }),
        );
        let ended = 0;
        await inLanes(others, async ({ id: tokenId, clientId }) => {
          if (await tokens.revoke({ userId, clientId, tokenId }, context)) ended += 1;
        });
        return ended;
      });
    },

    endAllSessions: (userId, context) =>
      announcingEnd({ userId, kind: 'all', sessionId: null }, onSessionsEnded, () =>
        management('users/sessions/revoke', context, (api) =>
          api.revokeUserSessions({ userId, oauthTokens: true }),
        ),
      ),
  };
}

async function inLanes<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const pending = [...items];
  const lane = async () => {
    for (let item = pending.pop(); item !== undefined; item = pending.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: maxRevocationsInFlight }, lane));
}

function isLive({ status, expiresAt }: OktaRefreshToken, now: number): boolean {
  return status === 'ACTIVE' && (expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) > now;
}

function toSession(token: OktaRefreshToken): Session {
  return {
    id: token.id,
    clientId: token.clientId,
    createdAt: token.created,
    lastUsedAt: token.lastUpdated ?? token.created,
    expiresAt: token.expiresAt ?? null,
  };
}
