import type { OktaConfig } from '../../config.ts';
import type { CallContext } from '../../identity/model.ts';
import type { Revocations } from '../revocation/revocations.ts';
import type { Rules } from '../token/claims.ts';
import type {
  Freshness,
  RevocationFeed,
  TokenInvalidReason,
  Verdict,
  VerifyOptions,
} from '../token/model.ts';
import { type Check, inactive } from './verdict.ts';

/** Times are epoch milliseconds. */
export interface Question {
  readonly token: string;
  readonly options: VerifyOptions;
  readonly askedAt: number;
  /** When the last introspection began that was made, or joined, to answer it; null: none was. */
  readonly foundAt: number | null;
}

/** The answer to a question, or what it waits for. */
export type Finding =
  | { readonly needs: 'nothing'; readonly verdict: Verdict }
  | { readonly needs: 'key'; readonly kid: string }
  | {
      readonly needs: 'issuer';
      readonly ask: (context: CallContext) => Promise<{ readonly beganAt: number }>;
    };

/** What every verdict depends on, whatever the token. */
export interface Judging {
  readonly rules: Pick<OktaConfig, 'issuer' | 'audience' | 'acceptedClientIds'>;
  readonly revocations: Revocations;
  /** Null: only revocations that this API made itself are known. */
  readonly feed: RevocationFeed | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const defaultMaxAgeSeconds = 30;

/**
 * By when an introspection has to have begun (epoch milliseconds; Infinity: it is still to be made)
 * to be as fresh as is wanted. @param localMs how old it may be where none is wanted
 */
export function freshSince({ options, askedAt, foundAt }: Question, localMs: number): number {
  switch (options.freshness) {
    case 'LOCAL':
      return askedAt - localMs;
    case 'CACHED':
      return askedAt - (options.maxAgeSeconds ?? defaultMaxAgeSeconds) * 1000;
    case 'INTROSPECT':
      return foundAt ?? Number.POSITIVE_INFINITY;
  }
}

/**
 * How long "not active" is cached. It may change, for example when a locked account is unlocked. A
 * caller with an inactive token causes a call no more often than that.
 */
const inactiveMs = 5_000;

/** By when an introspection has to have begun that found the token inactive. */
export function inactiveSince({ askedAt }: Question): number {
  return askedAt - inactiveMs;
}

/**
 * When an introspection has to have begun to resolve a doubt from `since`. If that lies in the
 * future, the clock was set back since: any introspection from now on resolves it.
 */
export function doubtSince(since: number, { askedAt }: Question, { now }: Judging): number {
  return since > now() ? Math.min(since, askedAt) : since;
}

export function rulesFor({ options }: Question, { rules, now }: Judging): Rules {
  const { audience, acceptedClientIds } = rules;
  return { audience, acceptedClientIds, from: options.from, now: now() };
}

export function locally(judging: Judging): Check {
  return checked('LOCAL', judging.now(), judging);
}

/** By an introspection that began then: for this question, or before it was asked. */
export function byIssuer(
  beganAt: number,
  { options, askedAt, foundAt }: Question,
  judging: Judging,
): Check {
  // An answer is fresh if it was requested for this token, even by another caller a moment before.
  const isFresh = options.freshness === 'INTROSPECT' || beganAt >= askedAt;
  const isOwn = foundAt !== null && isFresh;
  return checked(isOwn ? 'INTROSPECT' : 'CACHED', beganAt, judging);
}

function checked(by: Freshness, at: number, { feed, now }: Judging): Check {
  return { by, at, now: now(), feedLagSeconds: feed?.lagSeconds() ?? null };
}

export function answered(verdict: Verdict): Finding {
  return { needs: 'nothing', verdict };
}

export function refused(reason: TokenInvalidReason, check: Check): Finding {
  return answered(inactive(reason, check));
}
