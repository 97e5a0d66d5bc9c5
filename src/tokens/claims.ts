import * as z from 'zod';
import type { OktaConfig } from '../config.ts';
import type { Introspection } from '../identity/model.ts';
import type { TokenInvalidReason } from './model.ts';

/** What an access token gives, and to whom. */
export interface Grant {
  readonly subject: string;
  readonly userId: string | null;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
  readonly claims: Readonly<Record<string, unknown>>;
}

export type Ruling =
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly reason: TokenInvalidReason };

export interface Rules extends Pick<OktaConfig, 'issuer' | 'audience' | 'acceptedClientIds'> {
  readonly from: 'CUSTOMERS' | 'SERVICES';
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Between our clock and Okta's. */
const maxSkewSeconds = 30;
/** Okta's own upper limit for access tokens: a longer life is a mistake or a forgery. */
const maxLifetimeSeconds = 24 * 60 * 60;

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

/** For claims whose signature was verified. */
export function judgeClaims(claims: Readonly<Record<string, unknown>>, rules: Rules): Ruling {
  if (claims['iss'] !== rules.issuer) return refused('WRONG_ISSUER');
  if (!isBearerAccessToken(claims)) return refused('WRONG_TYPE');
  const parsed = accessToken.safeParse(claims);
  if (!parsed.success) return refused('MISSING_CLAIM');
  const { aud, cid, sub, uid, scp, iat, nbf, exp } = parsed.data;
  const lifetime = exp - iat;
  if (lifetime <= 0 || lifetime > maxLifetimeSeconds) return refused('MALFORMED');
  return judgeGrant(
    {
      subject: sub,
      userId: uid ?? null,
      clientId: cid,
      scopes: scp,
      expiresAt: new Date(exp * 1000),
      claims,
    },
    { audience: [aud].flat(), notBefore: Math.max(iat, nbf ?? iat) },
    rules,
  );
}

/** For the issuer's answer, which is true of the token but not yet of our rules. */
export function judgeIntrospection(answer: Introspection, rules: Rules): Ruling {
  if (!answer.active) return refused('REVOKED');
  // A refresh token is active too, and its answer names no issuer.
  if (answer.issuer === null || !isBearer(answer.claims['token_type']))
    return refused('WRONG_TYPE');
  if (answer.issuer !== rules.issuer) return refused('WRONG_ISSUER');
  const { subject, userId, clientId, scopes, expiresAt, claims } = answer;
  return judgeGrant(
    { subject, userId, clientId, scopes, expiresAt, claims },
    { audience: answer.audience, notBefore: 0 },
    rules,
  );
}

function judgeGrant(
  grant: Grant,
  limits: { readonly audience: readonly string[]; readonly notBefore: number },
  rules: Rules,
): Ruling {
  if (!limits.audience.includes(rules.audience)) return refused('WRONG_AUDIENCE');
  const problem = holderProblem(grant, rules);
  if (problem !== null) return refused(problem);
  const skew = maxSkewSeconds * 1000;
  if (limits.notBefore * 1000 > rules.now + skew) return refused('NOT_YET_VALID');
  // Asked this way round, an `exp` beyond what a Date can hold is over.
  const isAlive = grant.expiresAt.getTime() >= rules.now - skew;
  if (!isAlive) return refused('EXPIRED');
  return { ok: true, grant };
}

/** An ID token has neither `cid` nor `scp`; `cnf` binds a token to a DPoP key (RFC 9449 section 7.1). */
function isBearerAccessToken(claims: Readonly<Record<string, unknown>>): boolean {
  return (
    (claims['cid'] !== undefined || claims['scp'] !== undefined) && claims['cnf'] === undefined
  );
}

function isBearer(tokenType: unknown): boolean {
  return typeof tokenType === 'string' && tokenType.toLowerCase() === 'bearer';
}

function holderProblem(grant: Grant, rules: Rules): TokenInvalidReason | null {
  if (rules.from === 'SERVICES') {
    return grant.userId === null && grant.subject === grant.clientId ? null : 'WRONG_TYPE';
  }
  if (!rules.acceptedClientIds.includes(grant.clientId)) return 'WRONG_CLIENT';
  return grant.userId === null ? 'MISSING_CLAIM' : null;
}

function refused(reason: TokenInvalidReason): Ruling {
  return { ok: false, reason };
}
