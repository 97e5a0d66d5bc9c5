import { publicDigestOf } from '../../crypto/token-digest.ts';
import type { Happening } from '../../events/publish.ts';
import type { VerifyOptions } from '../../tokens/token/model.ts';
import type { Context } from '../base/context.ts';

type Ending = Happening & { readonly userId: string | null };

/** The tokens of a log-out; a string that is empty is none. */
interface Sent {
  readonly accessToken?: string | null | undefined;
  readonly refreshToken?: string | null | undefined;
}

/**
 * What ends with these tokens, for whoever would call an access token good until it expires. Found out
 * before they are revoked, since of one that is over Okta does not say whose it was; and told only of
 * tokens that are good, since anyone can send a string, or that nobody can tell of now. Never throws: to
 * log out matters more than how soon it shows everywhere.
 */
export async function endingsOf(
  { accessToken, refreshToken }: Sent,
  context: Context,
): Promise<readonly Ending[]> {
  const [owner, refreshOwner] = await Promise.all([
    accessToken ? ownerOf(accessToken, context) : null,
    refreshToken ? ownerOfRefreshToken(refreshToken, context) : null,
  ]);
  const endings: Ending[] = [];
  if (accessToken && owner !== null) {
    const tokenDigest = publicDigestOf(accessToken);
    endings.push({ kind: 'TOKEN_ENDED', tokenDigest, userId: owner.userId });
    if (refreshToken) endings.push(...endOfSession(owner));
  }
  if (refreshOwner !== null) endings.push(...endOfSession(refreshOwner));
  // Of an unused refresh token nothing tells the session, so nothing says that both are of one.
  const doubted = new Set([
    refreshOwner?.sessionId ? null : refreshOwner?.userId,
    refreshToken ? owner?.userId : null,
  ]);
  for (const userId of doubted) if (userId) endings.push({ kind: 'TOKENS_DOUBTED', userId });
  return endings;
}

/** Where the log-out has failed, and the tokens may be over or not. */
export function doubtsOf(endings: readonly Ending[]): readonly Happening[] {
  const userIds = new Set(endings.flatMap(({ userId }) => userId ?? []));
  return [...userIds].map((userId) => ({ kind: 'TOKENS_DOUBTED', userId }));
}

interface Owner {
  /** Null: nobody can tell now. */
  readonly userId: string | null;
  /** Null: the token does not tell, or may not be good. */
  readonly sessionId: string | null;
}

const local = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'REFUSE' } as const;
const unasked: VerifyOptions = { ...local, revoked: 'PASS' };

/** Null: the token is not good. */
async function ownerOf(accessToken: string, { verifier, call }: Context): Promise<Owner | null> {
  try {
    const verdict = await verifier.verify(accessToken, local, call);
    if (!verdict.active) return null;
    return { userId: verdict.userId, sessionId: verdict.sessionId };
  } catch {
    // It may be over already, which only Okta could tell: it ends all the same, and its session is doubted.
    const verdict = verifier.known(accessToken, unasked);
    return { userId: verdict?.active ? verdict.userId : null, sessionId: null };
  }
}

function endOfSession({ userId, sessionId }: Owner): readonly Ending[] {
  if (userId === null || sessionId === null) return [];
  return [{ kind: 'SESSIONS_ENDED', userId, sessionId, except: null }];
}

/** Null: the token is not good, or nobody can tell now. */
async function ownerOfRefreshToken(
  refreshToken: string,
  { identity, refreshes, call }: Context,
): Promise<Owner | null> {
  const known = await refreshes.ownerOf(refreshToken).catch(() => null);
  if (known !== null) return known;
  const userId = await identity.ownerOfRefreshToken(refreshToken, call).catch(() => null);
  return userId === null ? null : { userId, sessionId: null };
}
