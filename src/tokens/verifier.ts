import { compactVerify } from 'jose';
import { isOrgServer, type OktaConfig } from '../config.ts';
import { type Grant, judgeClaims, judgeIntrospection, type Rules, type Ruling } from './claims.ts';
import { headerProblem, readToken, type UnverifiedJwt } from './jwt.ts';
import type { KeySet } from './keys.ts';
import type { Freshness, TokenInvalidReason, TokenVerifier, Verdict } from './model.ts';
import { createOrgIntrospection, type Introspect } from './org-introspection.ts';

export type TokenVerifierConfig = Pick<
  OktaConfig,
  'issuer' | 'orgUrl' | 'audience' | 'acceptedClientIds'
>;

export interface TokenVerifierDependencies {
  /** The keys of `issuer`; never asked for tokens of the org authorization server. */
  readonly keys: KeySet;
  readonly introspect: Introspect;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Verifies access tokens of one issuer (RFC 9068, RFC 8725). Access tokens of the org authorization
 * server cannot be verified locally, since Okta keeps their keys to itself: they are introspected.
 */
export function createTokenVerifier(
  config: TokenVerifierConfig,
  { keys, introspect: askOkta, now }: TokenVerifierDependencies,
): TokenVerifier {
  const byOrgServer = isOrgServer(config);
  const introspect = byOrgServer ? createOrgIntrospection(askOkta, now) : askOkta;
  const rules = (from: Rules['from']): Rules => ({ ...config, from, now: now() });

  return {
    async verify(token, { freshness, from, opaque }, context) {
      const shape = readToken(token);
      const isRefused = shape.kind === 'opaque' && opaque === 'REFUSE' && !byOrgServer;
      if (shape.kind === 'malformed' || isRefused) return inactive('MALFORMED', 'LOCAL', now());

      const askIssuer = async (): Promise<Ruling> =>
        judgeIntrospection(await introspect(token, context), rules(from));

      if (shape.kind === 'opaque' || byOrgServer) {
        return toVerdict(await askIssuer(), 'INTROSPECT', now());
      }
      const local = await verifyLocally({ token, jwt: shape, keys, rules: () => rules(from) });
      if (!local.ok || freshness === 'LOCAL') return toVerdict(local, 'LOCAL', now());
      const remote = await askIssuer();
      return toVerdict(remote.ok ? local : remote, 'INTROSPECT', now());
    },
  };
}

async function verifyLocally(check: {
  readonly token: string;
  readonly jwt: UnverifiedJwt;
  readonly keys: KeySet;
  readonly rules: () => Rules;
}): Promise<Ruling> {
  const { header, claims } = check.jwt;
  const problem = headerProblem(header);
  if (problem !== null) return { ok: false, reason: problem };
  // Before the key, so that another issuer's token is called that, and costs no look for its key.
  if (claims['iss'] !== check.rules().issuer) return { ok: false, reason: 'WRONG_ISSUER' };
  const kid = header['kid'];
  const key = typeof kid === 'string' ? await check.keys.find(kid) : null;
  if (key === null) return { ok: false, reason: 'UNKNOWN_KEY' };
  try {
    await compactVerify(check.token, key, { algorithms: ['RS256'] });
  } catch {
    return { ok: false, reason: 'BAD_SIGNATURE' };
  }
  return judgeClaims(claims, check.rules());
}

function toVerdict(ruling: Ruling, checkedBy: Freshness, now: number): Verdict {
  return ruling.ok ? active(ruling.grant, checkedBy, now) : inactive(ruling.reason, checkedBy, now);
}

function active(grant: Grant, checkedBy: Freshness, now: number): Verdict {
  const secondsLeft = Math.ceil((grant.expiresAt.getTime() - now) / 1000);
  const revocationLagSeconds = checkedBy === 'INTROSPECT' ? 0 : Math.max(0, secondsLeft);
  return { active: true, ...grant, checkedBy, checkedAt: new Date(now), revocationLagSeconds };
}

function inactive(reason: TokenInvalidReason, checkedBy: Freshness, now: number): Verdict {
  return { active: false, reason, checkedBy, checkedAt: new Date(now) };
}
