import { clear } from '../revocation/cutoff.ts';
import { type AccessTokenInfo, problemOf } from '../token/claims.ts';
import { claimsOf } from '../token/jwt.ts';
import type { IntrospectionCache } from './introspection-cache.ts';
import { active } from './verdict.ts';
import {
  answered,
  byIssuer,
  type Decision,
  type DecisionContext,
  freshSince,
  inactiveDecision,
  inactiveSince,
  locally,
  recheckSince,
  rulesFor,
  type VerificationRequest,
} from './verification-request.ts';

/**
 * Decides by the token's own claims. The issuer is asked last, and only whether the token is active, so
 * an invalid token costs no call.
 */
export function decideByClaims(
  request: VerificationRequest,
  { info, digest }: { readonly info: AccessTokenInfo; readonly digest: string },
  context: DecisionContext & { readonly activity: IntrospectionCache<boolean> },
): Decision {
  const { token, options } = request;
  const { freshness } = options;
  const local = locally(context);
  const problem = problemOf(info, rulesFor(request, context));
  if (problem !== null) return inactiveDecision(problem, local);
  // An introspection already takes revocations into account.
  const isSpared = freshness === 'INTROSPECT' || options.revoked === 'PASS';
  const status = isSpared ? clear : context.revocations.statusOf(digest, info);
  if (status.kind === 'revoked') return inactiveDecision('REVOKED', local);

  const claims = () => claimsOf(token);
  const since = Math.max(
    freshSince(request, Number.POSITIVE_INFINITY),
    status.kind === 'recheck'
      ? recheckSince(status.since, request, context)
      : Number.NEGATIVE_INFINITY,
    // Only the issuer can make a token active again that it called inactive.
    !isSpared && context.activity.newest(digest)?.answer === false
      ? inactiveSince(request)
      : Number.NEGATIVE_INFINITY,
  );
  const needsNoCall = since === Number.NEGATIVE_INFINITY && request.introspectedAt === null;
  if (needsNoCall) return answered(active(info, claims, local));

  const asked = { token, digest, since };
  const known = context.activity.get(asked);
  if (known === null) {
    return { needs: 'issuer', ask: (call) => context.activity.request(asked, call) };
  }
  const check = byIssuer(known.beganAt, request, context);
  if (!known.answer) return inactiveDecision('REVOKED', check);
  // Once the recheck is answered, the verdict is a local one again.
  const isLocal = freshness === 'LOCAL' && check.by === 'CACHED';
  return answered(active(info, claims, isLocal ? local : check));
}
