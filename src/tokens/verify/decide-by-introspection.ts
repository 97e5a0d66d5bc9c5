import type { Introspection } from '../../identity/model.ts';
import { problemOf, readIntrospection } from '../token/claims.ts';
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
  recheckSince,
  rulesFor,
  type VerificationRequest,
} from './verification-request.ts';

/**
 * Requests with the same token share one introspection for this time, since one page of a shop makes
 * many requests. As short as an inactive token is cached.
 */
const localMs = 5_000;

/** Decides by introspection, for a token that only the issuer can read. */
export function decideByIntrospection(
  request: VerificationRequest,
  digest: string,
  context: DecisionContext & { readonly answers: IntrospectionCache<Introspection> },
): Decision {
  const { answers, revocations, rules } = context;
  const { token, options } = request;
  const decideSince = (since: number): Decision => {
    const asked = { token, digest, since };
    const known = answers.get(asked);
    if (known === null) {
      return { needs: 'issuer', ask: (context) => answers.request(asked, context) };
    }
    const check = byIssuer(known.beganAt, request, context);
    const reading = readIntrospection(known.answer, rules.issuer);
    if (!reading.ok) {
      const since = inactiveSince(request);
      return known.beganAt < since ? decideSince(since) : inactiveDecision(reading.reason, check);
    }
    const { info } = reading;
    const problem = problemOf(info, rulesFor(request, context));
    if (problem !== null) return inactiveDecision(problem, check);
    // An introspection already takes revocations into account.
    const status = options.freshness === 'INTROSPECT' ? null : revocations.statusOf(digest, info);
    if (status?.kind === 'revoked') return inactiveDecision('REVOKED', check);
    if (status?.kind === 'recheck') {
      const since = recheckSince(status.since, request, context);
      if (known.beganAt < since) return decideSince(since);
    }
    return answered(active(info, () => claimsIn(known.answer), check));
  };
  return decideSince(freshSince(request, localMs));
}

function claimsIn(answer: Introspection) {
  return answer.active ? answer.claims : {};
}
