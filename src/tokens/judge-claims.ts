import { type Grant, problemOf } from './claims.ts';
import type { Introspections } from './introspections.ts';
import { claimsOf } from './jwt.ts';
import { clear } from './marks.ts';
import {
  answered,
  type Bench,
  byIssuer,
  doubtSince,
  freshSince,
  inactiveSince,
  type Look,
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
  { grant, digest }: { readonly grant: Grant; readonly digest: string },
  bench: Bench & { readonly activity: Introspections<boolean> },
): Look {
  const { token, options } = question;
  const { freshness } = options;
  const local = locally(bench);
  const problem = problemOf(grant, rulesFor(question, bench));
  if (problem !== null) return refused(problem, local);
  // The issuer itself knows better, once it is asked.
  const isSpared = freshness === 'INTROSPECT' || options.revoked === 'PASS';
  const standing = isSpared ? clear : bench.revocations.standingOf(digest, grant);
  if (standing.kind === 'over') return refused('REVOKED', local);

  const claims = () => claimsOf(token);
  const since = Math.max(
    freshSince(question, Number.POSITIVE_INFINITY),
    standing.kind === 'doubted'
      ? doubtSince(standing.since, question, bench)
      : Number.NEGATIVE_INFINITY,
    // What the issuer has called inactive it alone can call active again.
    !isSpared && bench.activity.newest(digest)?.answer === false
      ? inactiveSince(question)
      : Number.NEGATIVE_INFINITY,
  );
  const needsNobody = since === Number.NEGATIVE_INFINITY && question.foundAt === null;
  if (needsNobody) return answered(active(grant, claims, local));

  const asked = { token, digest, since };
  const known = bench.activity.known(asked);
  if (known === null) {
    return { needs: 'issuer', ask: (context) => bench.activity.ask(asked, context) };
  }
  const check = byIssuer(known.beganAt, question, bench);
  if (!known.answer) return refused('REVOKED', check);
  // A doubt that ended some time ago makes a local verdict no other than it is without one.
  const isLocal = freshness === 'LOCAL' && check.by === 'CACHED';
  return answered(active(grant, claims, isLocal ? local : check));
}
