import { maxAccessTokenSeconds } from '../../identity/access-token.ts';
import type { AccessTokenInfo } from '../token/claims.ts';
import type { ActiveToken, Freshness, InactiveToken, TokenInvalidReason } from '../token/model.ts';

/** How a verdict was reached. Epoch milliseconds. */
export interface Check {
  readonly by: Freshness;
  readonly at: number;
  readonly now: number;
  /** Lag of the revocation feed; null without one. */
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

/** The token was valid when it was issued, or when it was introspected: revocations since may be missing. */
function lagOf(info: AccessTokenInfo, { by, at, now, feedLagSeconds }: Check): number {
  if (by === 'INTROSPECT') return 0;
  const goodAt = by === 'CACHED' ? at : issuedAt(info);
  const age = (now - goodAt) / 1000;
  return Math.max(0, Math.ceil(Math.min(age, feedLagSeconds ?? age)));
}

/** The earliest possible time of issue. */
function issuedAt({ issuedAt: known, expiresAt }: AccessTokenInfo): number {
  return known ?? expiresAt - maxAccessTokenSeconds * 1000;
}
