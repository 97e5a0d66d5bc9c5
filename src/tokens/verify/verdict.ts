import { maxAccessTokenSeconds } from '../../identity/access-token.ts';
import type { AccessTokenInfo } from '../token/claims.ts';
import type { ActiveToken, Freshness, InactiveToken, TokenInvalidReason } from '../token/model.ts';

/** How a verdict was come by. Epoch milliseconds. */
export interface Check {
  readonly by: Freshness;
  readonly at: number;
  readonly now: number;
  /** The feed of revocations; null: there is none. */
  readonly feedLagSeconds: number | null;
}

export function inactive(reason: TokenInvalidReason, { by, at }: Check): InactiveToken {
  return { active: false, reason, checkedBy: by, checkedAt: new Date(at) };
}

export function active(
  info: AccessTokenInfo,
  claims: ActiveToken['claims'],
  check: Check,
): ActiveToken {
  const { subject, userId, clientId, scopes, issuer, audience, tokenId, sessionId } = info;
  return {
    active: true,
    subject,
    userId,
    clientId,
    scopes,
    issuer,
    audience,
    tokenId,
    sessionId,
    issuedAt: info.issuedAt === null ? null : new Date(info.issuedAt),
    expiresAt: new Date(info.expiresAt),
    claims,
    checkedBy: check.by,
    checkedAt: new Date(check.at),
    revocationLagSeconds: lagOf(info, check),
  };
}

/** From how far back: when the token was issued, or the issuer was asked, it was good. */
function lagOf(info: AccessTokenInfo, { by, at, now, feedLagSeconds }: Check): number {
  if (by === 'INTROSPECT') return 0;
  const goodAt = by === 'CACHED' ? at : issuedAt(info);
  const age = (now - goodAt) / 1000;
  return Math.max(0, Math.ceil(Math.min(age, feedLagSeconds ?? age)));
}

/** At the earliest. */
function issuedAt({ issuedAt: known, expiresAt }: AccessTokenInfo): number {
  return known ?? expiresAt - maxAccessTokenSeconds * 1000;
}
