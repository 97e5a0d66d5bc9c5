import type { Introspection } from '../../identity/model.ts';
import { problemOf, readIntrospection } from '../token/claims.ts';
import type { Introspections } from './introspection-cache.ts';
import {
  answered,
  byIssuer,
  doubtSince,
  type Finding,
  freshSince,
  inactiveSince,
  type Judging,
  type Question,
  refused,
  rulesFor,
} from './question.ts';
import { active } from './verdict.ts';

/**
 * Whoever sends a token that only the issuer can read causes a call, which all who come with it in
 * this time share: one page of a shop makes many requests. As short as a bad token is remembered.
 */
const localMs = 5_000;

/** Judges a token by the issuer's introspection, since only the issuer can read it. */
export function judgeAnswer(
  question: Question,
  digest: string,
  judging: Judging & { readonly answers: Introspections<Introspection> },
): Finding {
  const { answers, revocations, rules } = judging;
  const { token, options } = question;
  const findingSince = (since: number): Finding => {
    const asked = { token, digest, since };
    const known = answers.known(asked);
    if (known === null) {
      return { needs: 'issuer', ask: (context) => answers.ask(asked, context) };
    }
    const check = byIssuer(known.beganAt, question, judging);
    const reading = readIntrospection(known.answer, rules.issuer);
    if (!reading.ok) {
      const since = inactiveSince(question);
      return known.beganAt < since ? findingSince(since) : refused(reading.reason, check);
    }
    const { info } = reading;
    const problem = problemOf(info, rulesFor(question, judging));
    if (problem !== null) return refused(problem, check);
    // The issuer itself knows better, once it is asked.
    const status = options.freshness === 'INTROSPECT' ? null : revocations.statusOf(digest, info);
    if (status?.kind === 'over') return refused('REVOKED', check);
    if (status?.kind === 'doubted') {
      const since = doubtSince(status.since, question, judging);
      if (known.beganAt < since) return findingSince(since);
    }
    return answered(active(info, () => claimsIn(known.answer), check));
  };
  return findingSince(freshSince(question, localMs));
}

function claimsIn(answer: Introspection) {
  return answer.active ? answer.claims : {};
}
