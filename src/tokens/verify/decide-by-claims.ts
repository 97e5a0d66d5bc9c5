import { clear } from '../revocation/cutoff.ts';
import { type AccessTokenInfo, problemOf } from '../token/claims.ts';
import { claimsOf } from '../token/jwt.ts';
import type { Introspections } from './introspection-cache.ts';
import {
  answered,
  byIssuer,
  doubtSince,
  type Finding,
  freshSince,
  inactiveSince,
  type Judging,
  locally,
  type Question,
  refused,
  rulesFor,
} from './question.ts';
import { active } from './verdict.ts';

/**
 * Judges a token by its own claims. The issuer is asked after them, so that nothing that is bad
 * anyway costs a call, and for one thing alone: whether the token is active.
 */
export function judgeClaims(
  question: Question,
  { info, digest }: { readonly info: AccessTokenInfo; readonly digest: string },
  judging: Judging & { readonly activity: Introspections<boolean> },
): Finding {
  const { token, options } = question;
  const { freshness } = options;
  const local = locally(judging);
  const problem = problemOf(info, rulesFor(question, judging));
  if (problem !== null) return refused(problem, local);
  // The issuer itself knows better, once it is asked.
  const isSpared = freshness === 'INTROSPECT' || options.revoked === 'PASS';
  const status = isSpared ? clear : judging.revocations.statusOf(digest, info);
  if (status.kind === 'over') return refused('REVOKED', local);

  const claims = () => claimsOf(token);
  const since = Math.max(
    freshSince(question, Number.POSITIVE_INFINITY),
    status.kind === 'doubted'
      ? doubtSince(status.since, question, judging)
      : Number.NEGATIVE_INFINITY,
    // What the issuer has called inactive it alone can call active again.
    !isSpared && judging.activity.newest(digest)?.answer === false
      ? inactiveSince(question)
      : Number.NEGATIVE_INFINITY,
  );
  const needsNobody = since === Number.NEGATIVE_INFINITY && question.foundAt === null;
  if (needsNobody) return answered(active(info, claims, local));

  const asked = { token, digest, since };
  const known = judging.activity.known(asked);
  if (known === null) {
    return { needs: 'issuer', ask: (context) => judging.activity.ask(asked, context) };
  }
  const check = byIssuer(known.beganAt, question, judging);
  if (!known.answer) return refused('REVOKED', check);
  // A doubt that ended some time ago makes a local verdict no other than it is without one.
  const isLocal = freshness === 'LOCAL' && check.by === 'CACHED';
  return answered(active(info, claims, isLocal ? local : check));
}
