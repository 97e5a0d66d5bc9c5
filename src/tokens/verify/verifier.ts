import { isOrgServer, type OktaConfig } from '../../config.ts';
import { digestOf } from '../../crypto/token-digest.ts';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import type { Introspection } from '../../identity/model.ts';
import type { KeySet } from '../keys/key-set.ts';
import type { Revocations } from '../revocation/revocations.ts';
import { readToken } from '../token/jwt.ts';
import type { RevocationFeed, TokenStats, TokenVerifier } from '../token/model.ts';
import { judgeClaims } from './decide-by-claims.ts';
import { judgeAnswer } from './decide-by-introspection.ts';
import {
  createIntrospections,
  type Introspect,
  type Introspections,
} from './introspection-cache.ts';
import { createLocalCheck, type LocalCheck, type LocalReading } from './local-check.ts';
import { type Finding, type Judging, locally, type Question, refused } from './question.ts';
import { inactive } from './verdict.ts';

export type TokenVerifierConfig = Pick<
  OktaConfig,
  'issuer' | 'orgUrl' | 'audience' | 'acceptedClientIds'
>;

export interface TokenVerifierDependencies {
  /** The keys of `issuer`; never asked for tokens of the org authorization server. */
  readonly keys: KeySet;
  readonly introspect: Introspect;
  readonly revocations: Revocations;
  /** Null: only revocations that this API made itself are known. */
  readonly feed: RevocationFeed | null;
  /** For one introspection, its wait for a connection included. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** More than the rate limit of Okta lets anyone ask about within the longest window. */
const keptActivity = 20_000;
/** Characters of whole answers, and so about as many bytes: 2,000 answers of the usual length. */
const keptAnswers = 4 * 1024 * 1024;
/** An answer has what the token has, with names that are longer. */
const leastAnswer = 2 * 1024;
/**
 * Once for the keys, once for the issuer, and again for the issuer where the token was doubted
 * meanwhile.
 */
const maxRounds = 4;

/**
 * Verifies access tokens of one issuer. Those of the org authorization server cannot be verified
 * locally, since Okta keeps their keys to itself: they are introspected.
 */
export function createTokenVerifier(
  config: TokenVerifierConfig,
  { keys, introspect, revocations, feed, timeoutMs, now }: TokenVerifierDependencies,
): TokenVerifier & { stats(): TokenStats } {
  const local = createLocalCheck({ issuer: config.issuer, keys, now });
  const keeping = { introspect, timeoutMs, now };
  const activity = createIntrospections({
    ...keeping,
    keep: isActive,
    weightOf: () => 1,
    maxWeight: keptActivity,
  });
  const answers = createIntrospections({
    ...keeping,
    keep: (all) => all,
    weightOf: weightOfAnswer,
    maxWeight: keptAnswers,
  });
  const judging = { rules: config, activity, answers, revocations, feed, now };

  const judge = createJudge(isOrgServer(config), local, judging);

  return {
    known(token, options) {
      const seen = judge({ token, options, askedAt: now(), foundAt: null });
      return seen.needs === 'nothing' ? seen.verdict : null;
    },

    async verify(token, options, context) {
      let question: Question = { token, options, askedAt: now(), foundAt: null };
      for (let rounds = 0; rounds < maxRounds; rounds += 1) {
        const seen = judge(question);
        if (seen.needs === 'nothing') return seen.verdict;
        if (seen.needs === 'issuer') {
          question = { ...question, foundAt: (await seen.ask(context)).beganAt };
        } else if ((await keys.find(seen.kid)) === null) {
          return inactive('UNKNOWN_KEY', locally(judging));
        }
      }
      throw new UpstreamUnavailable({ cause: new Error('doubts of the token do not end') });
    },

    stats: () => {
      const [some, others] = [activity.stats(), answers.stats()];
      return {
        ...local.stats(),
        inFlight: some.inFlight + others.inFlight,
        introspections: some.introspections + others.introspections,
        revocations: revocations.stats().entries,
        introspected: some.entries,
        answers: others.entries,
      };
    },
  };
}

/** Says of a token what can be said without waiting. */
function createJudge(
  byOrgServer: boolean,
  local: LocalCheck,
  judging: Judging & {
    readonly activity: Introspections<boolean>;
    readonly answers: Introspections<Introspection>;
  },
): (question: Question) => Finding {
  const read = byOrgServer ? readReference : local.read;
  return (question) => {
    const { token, options } = question;
    const reading = read(token);
    switch (reading.kind) {
      case 'read':
        return judgeClaims(question, reading, judging);
      case 'refused':
        return refused(reading.reason, locally(judging));
      case 'keyless':
        return { needs: 'key', kid: reading.kid };
      case 'opaque': {
        const isRefused = options.opaque === 'REFUSE' && !byOrgServer;
        if (isRefused) return refused('MALFORMED', locally(judging));
        return judgeAnswer(question, reading.digest, judging);
      }
    }
  };
}

function weightOfAnswer(token: string): number {
  return Math.max(leastAnswer, token.length);
}

function isActive({ active }: { readonly active: boolean }): boolean {
  return active;
}

/** Any token of the org authorization server: Okta reserves the right to change what they look like. */
function readReference(token: string): LocalReading {
  if (readToken(token).kind === 'malformed') return { kind: 'refused', reason: 'MALFORMED' };
  return { kind: 'opaque', digest: digestOf(token) };
}
