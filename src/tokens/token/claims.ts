import * as z from 'zod';
import type { OktaConfig } from '../../config.ts';
import { maxAccessTokenSeconds } from '../../identity/access-token.ts';
import type { Introspection } from '../../identity/model.ts';
import type { TokenInvalidReason, VerifyOptions } from './model.ts';
import { sessionIdOf } from './unverified.ts';

/** What an access token grants, and its owner. Times are epoch milliseconds. */
export interface AccessTokenInfo {
  readonly issuer: string;
  /** `jti`; null where the issuer gives none. */
  readonly tokenId: string | null;
  readonly subject: string;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  /** Null where the issuer does not say. */
  readonly issuedAt: number | null;
  readonly notBefore: number;
  readonly expiresAt: number;
}

/** A problem of the content only: it does not depend on the time or the caller. */
export type Reading =
  | { readonly ok: true; readonly info: AccessTokenInfo }
  | { readonly ok: false; readonly reason: TokenInvalidReason };

export interface Rules extends Pick<OktaConfig, 'audience' | 'acceptedClientIds'> {
  readonly from: VerifyOptions['from'];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Between our clock and Okta's. */
export const maxSkewSeconds = 30;

/** Claims of an access token of a custom authorization server, as far as they are read here. */
const accessToken = z.object({
  aud: z.union([z.string(), z.array(z.string())]),
  cid: z.string().min(1),
  sub: z.string().min(1),
  uid: z.string().min(1).optional(),
  scp: z.array(z.string()),
  iat: z.number(),
  nbf: z.number().optional(),
  exp: z.number(),
});

/** For claims whose issuer, which is this one, and signature were verified. */
export function readClaims(claims: Readonly<Record<string, unknown>>, issuer: string): Reading {
  if (!isBearerAccessToken(claims)) return invalid('WRONG_TYPE');
  const parsed = accessToken.safeParse(claims);
  if (!parsed.success) return invalid('MISSING_CLAIM');
  const { aud, cid, sub, uid, scp, iat, nbf, exp } = parsed.data;
  const lifetime = exp - iat;
  // A longer life is a mistake or a forgery.
  if (lifetime <= 0 || lifetime > maxAccessTokenSeconds) return invalid('MALFORMED');
  return {
    ok: true,
    info: {
      issuer,
      tokenId: tokenIdOf(claims),
      subject: sub,
      userId: uid ?? null,
      sessionId: sessionIdOf(claims),
      clientId: cid,
      scopes: scp,
      audience: [aud].flat(),
      issuedAt: iat * 1000,
      notBefore: Math.max(iat, nbf ?? iat) * 1000,
      expiresAt: exp * 1000,
    },
  };
}

/** For the issuer's answer, which is true of the token but not yet of our rules. */
export function readIntrospection(answer: Introspection, issuer: string): Reading {
  if (!answer.active) return invalid('REVOKED');
  const { claims } = answer;
  // A refresh token is active too, and its answer names no issuer.
  if (answer.issuer === null || !isBearer(claims['token_type'])) return invalid('WRONG_TYPE');
  if (answer.issuer !== issuer) return invalid('WRONG_ISSUER');
  const { subject, userId, clientId, scopes, audience, expiresAt } = answer;
  const issuedAt = typeof claims['iat'] === 'number' ? claims['iat'] * 1000 : null;
  return {
    ok: true,
    info: {
      issuer,
      tokenId: tokenIdOf(claims),
      subject,
      userId,
      sessionId: sessionIdOf(claims),
      clientId,
      scopes,
      audience,
      issuedAt,
      notBefore: 0,
      expiresAt: expiresAt.getTime(),
    },
  };
}

/** What our rules have against it now, null: nothing. */
export function problemOf(info: AccessTokenInfo, rules: Rules): TokenInvalidReason | null {
  if (!info.audience.includes(rules.audience)) return 'WRONG_AUDIENCE';
  const problem = holderProblem(info, rules);
  if (problem !== null) return problem;
  const skew = maxSkewSeconds * 1000;
  if (info.notBefore > rules.now + skew) return 'NOT_YET_VALID';
  // Compared this way round, an `exp` beyond the range of a Date counts as expired.
  const isAlive = info.expiresAt >= rules.now - skew;
  return isAlive ? null : 'EXPIRED';
}

/** An ID token has neither `cid` nor `scp`; `cnf` binds a token to a DPoP key (RFC 9449 section 7.1). */
function isBearerAccessToken(claims: Readonly<Record<string, unknown>>): boolean {
  return (
    (claims['cid'] !== undefined || claims['scp'] !== undefined) && claims['cnf'] === undefined
  );
}

function tokenIdOf({ jti }: Readonly<Record<string, unknown>>): string | null {
  return typeof jti === 'string' ? jti : null;
}

function isBearer(tokenType: unknown): boolean {
  return typeof tokenType === 'string' && tokenType.toLowerCase() === 'bearer';
}

function holderProblem(info: AccessTokenInfo, rules: Rules): TokenInvalidReason | null {
  if (rules.from === 'SERVICES') {
    return info.userId === null && info.subject === info.clientId ? null : 'WRONG_TYPE';
  }
  if (!rules.acceptedClientIds.includes(info.clientId)) return 'WRONG_CLIENT';
  return info.userId === null ? 'MISSING_CLAIM' : null;
}

function invalid(reason: TokenInvalidReason): Reading {
  return { ok: false, reason };
}
