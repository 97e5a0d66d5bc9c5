import type { Introspection } from '../identity/model.ts';
import { problemOf, readIntrospection } from './claims.ts';
import type { Introspections } from './introspections.ts';
import {
  answered,
  type Bench,
  byIssuer,
  doubtSince,
  freshSince,
  inactiveSince,
  type Look,
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

/** Judges a token by what the issuer says of it, since nobody else can read it. */
export function judgeAnswer(
  question: Question,
  digest: string,
  bench: Bench & { readonly answers: Introspections<Introspection> },
): Look {
  const { answers, revocations, rules } = bench;
  const { token, options } = question;
  const lookSince = (since: number): Look => {
    const asked = { token, digest, since };
    const known = answers.known(asked);
    if (known === null) {
      return { needs: 'issuer', ask: (context) => answers.ask(asked, context) };
    }
    const check = byIssuer(known.beganAt, question, bench);
    const reading = readIntrospection(known.answer, rules.issuer);
    if (!reading.ok) {
      const since = inactiveSince(question);
      return known.beganAt < since ? lookSince(since) : refused(reading.reason, check);
    }
    const { grant } = reading;
    const problem = problemOf(grant, rulesFor(question, bench));
    if (problem !== null) return refused(problem, check);
    // The issuer itself knows better, once it is asked.
    const standing =
      options.freshness === 'INTROSPECT' ? null : revocations.standingOf(digest, grant);
    if (standing?.kind === 'over') return refused('REVOKED', check);
    if (standing?.kind === 'doubted') {
      const since = doubtSince(standing.since, question, bench);
      if (known.beganAt < since) return lookSince(since);
    }
    return answered(active(grant, () => claimsIn(known.answer), check));
  };
  return lookSince(freshSince(question, localMs));
}

function claimsIn(answer: Introspection) {
  return answer.active ? answer.claims : {};
}
