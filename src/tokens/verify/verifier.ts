import { isOrgServer, type OktaConfig } from '../../config.ts';
import { digestOf } from '../../crypto/token-digest.ts';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import type { Introspection } from '../../identity/model.ts';
import type { KeySet } from '../keys/key-set.ts';
import type { Revocations } from '../revocation/revocations.ts';
import { readToken } from '../token/jwt.ts';
import type { RevocationFeed, TokenStats, TokenVerifier } from '../token/model.ts';
import { decideByClaims } from './decide-by-claims.ts';
import { decideByIntrospection } from './decide-by-introspection.ts';
import {
  createIntrospectionCache,
  type Introspect,
  type IntrospectionCache,
} from './introspection-cache.ts';
import { createLocalCheck, type LocalCheck, type LocalReading } from './local-check.ts';
import { inactive } from './verdict.ts';
import {
  type Decision,
  type DecisionContext,
  inactiveDecision,
  locally,
  type VerificationRequest,
} from './verification-request.ts';

export type TokenVerifierConfig = Pick<
  OktaConfig,
  'issuer' | 'orgUrl' | 'audience' | 'acceptedClientIds'
>;

export interface TokenVerifierDependencies {
  /** The keys of `issuer`; never asked for tokens of the org authorization server. */
  readonly keys: KeySet;
  readonly introspect: Introspect;
  readonly revocations: Revocations;
  /** Null when only this API's own revocations are known. */
  readonly feed: RevocationFeed | null;
  /** For one introspection, including the wait for a connection. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** More than Okta's rate limit allows to introspect within the longest window. */
const maxActivities = 20_000;
/** Characters of complete answers, about as many bytes: 2,000 answers of the usual length. */
const maxAnswerWeight = 4 * 1024 * 1024;
/** An answer has the claims of the token, with longer names. */
const minAnswerWeight = 2 * 1024;
/**
 * Once for the keys, once for the introspection, and again if an event requires a recheck
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
  const shared = { introspect, timeoutMs, now };
  const activity = createIntrospectionCache({
    ...shared,
    select: isActive,
    weightOf: () => 1,
    maxWeight: maxActivities,
  });
  const answers = createIntrospectionCache({
    ...shared,
    select: (answer) => answer,
    weightOf: weightOfAnswer,
    maxWeight: maxAnswerWeight,
  });
  const decisionContext = { rules: config, activity, answers, revocations, feed, now };

  const decide = createDecide(isOrgServer(config), local, decisionContext);

  return {
    verifySync(token, options) {
      const seen = decide({ token, options, askedAt: now(), introspectedAt: null });
      return seen.needs === 'nothing' ? seen.verdict : null;
    },

    async verify(token, options, context) {
      let request: VerificationRequest = { token, options, askedAt: now(), introspectedAt: null };
      for (let rounds = 0; rounds < maxRounds; rounds += 1) {
        const seen = decide(request);
        if (seen.needs === 'nothing') return seen.verdict;
        if (seen.needs === 'issuer') {
          request = { ...request, introspectedAt: (await seen.ask(context)).beganAt };
        } else if ((await keys.find(seen.kid)) === null) {
          return inactive('UNKNOWN_KEY', locally(decisionContext));
        }
      }
      throw new UpstreamUnavailable({
        cause: new Error('the token had to be checked again too often'),
      });
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

/** Decides without waiting, or says what is needed. */
function createDecide(
  byOrgServer: boolean,
  local: LocalCheck,
  decisionContext: DecisionContext & {
    readonly activity: IntrospectionCache<boolean>;
    readonly answers: IntrospectionCache<Introspection>;
  },
): (request: VerificationRequest) => Decision {
  const read = byOrgServer ? readReference : local.read;
  return (request) => {
    const { token, options } = request;
    const reading = read(token);
    switch (reading.kind) {
      case 'read':
        return decideByClaims(request, reading, decisionContext);
      case 'refused':
        return inactiveDecision(reading.reason, locally(decisionContext));
      case 'keyless':
        return { needs: 'key', kid: reading.kid };
      case 'opaque': {
        const isRefused = options.opaque === 'REFUSE' && !byOrgServer;
        if (isRefused) return inactiveDecision('MALFORMED', locally(decisionContext));
        return decideByIntrospection(request, reading.digest, decisionContext);
      }
    }
  };
}

function weightOfAnswer(token: string): number {
  return Math.max(minAnswerWeight, token.length);
}

function isActive({ active }: { readonly active: boolean }): boolean {
  return active;
}

/** Any token of the org authorization server: Okta may change their format at any time. */
function readReference(token: string): LocalReading {
  if (readToken(token).kind === 'malformed') return { kind: 'refused', reason: 'MALFORMED' };
  return { kind: 'opaque', digest: digestOf(token) };
}
