import { publicDigestOf } from '../../crypto/token-digest.ts';
import type { NewAccountEvent } from '../../events/publish.ts';
import type { VerifyOptions } from '../../tokens/token/model.ts';
import type { Context } from '../base/context.ts';

type Ending = NewAccountEvent & { readonly userId: string | null };

/** The tokens of a log-out; an empty string counts as none. */
interface Sent {
  readonly accessToken?: string | null | undefined;
  readonly refreshToken?: string | null | undefined;
}

/**
 * The sessions that end with these tokens, for processes that would accept an access token until it
 * expires. Found before the revocation, since Okta does not say whose a revoked token was. Published
 * only for tokens that are active, or that cannot be verified now, since anyone can send a string.
 * Never throws: the log-out matters more than how soon it shows everywhere.
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
  // An unused refresh token does not name its session, so nothing shows that both tokens belong to
  // one.
  const rechecked = new Set([
    refreshOwner?.sessionId ? null : refreshOwner?.userId,
    refreshToken ? owner?.userId : null,
  ]);
  for (const userId of rechecked) if (userId) endings.push({ kind: 'RECHECK_TOKENS', userId });
  return endings;
}

/** Where the log-out has failed, so the tokens may or may not be revoked. */
export function rechecksOf(endings: readonly Ending[]): readonly NewAccountEvent[] {
  const userIds = new Set(endings.flatMap(({ userId }) => userId ?? []));
  return [...userIds].map((userId) => ({ kind: 'RECHECK_TOKENS', userId }));
}

interface Owner {
  /** Null: this cannot be found out now. */
  readonly userId: string | null;
  /** Null: the token does not say, or may not be valid. */
  readonly sessionId: string | null;
}

const local = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'REFUSE' } as const;
const unasked: VerifyOptions = { ...local, revoked: 'PASS' };

/** Null where the token is invalid. */
async function ownerOf(accessToken: string, { verifier, call }: Context): Promise<Owner | null> {
  try {
    const verdict = await verifier.verify(accessToken, local, call);
    if (!verdict.active) return null;
    return { userId: verdict.userId, sessionId: verdict.sessionId };
  } catch {
    // It may be revoked already, which only Okta knows. It is revoked anyway, and its user's tokens are
    // rechecked.
    const verdict = verifier.verifySync(accessToken, unasked);
    return { userId: verdict?.active ? verdict.userId : null, sessionId: null };
  }
}

function endOfSession({ userId, sessionId }: Owner): readonly Ending[] {
  if (userId === null || sessionId === null) return [];
  return [{ kind: 'SESSIONS_ENDED', userId, sessionId, except: null, cause: 'LOG_OUT' }];
}

/** Null: the token is not valid, or this cannot be found out now. */
async function ownerOfRefreshToken(
  refreshToken: string,
  { identity, refreshes, call }: Context,
): Promise<Owner | null> {
  const known = await refreshes.ownerOf(refreshToken).catch(() => null);
  if (known !== null) return known;
  const userId = await identity.ownerOfRefreshToken(refreshToken, call).catch(() => null);
  return userId === null ? null : { userId, sessionId: null };
}
