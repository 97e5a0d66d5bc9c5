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
export interface VerificationRequest {
  readonly token: string;
  readonly options: VerifyOptions;
  readonly askedAt: number;
  /** When the last introspection for this request began; null if there was none. */
  readonly introspectedAt: number | null;
}

/** The verdict, or what is needed to reach one. */
export type Decision =
  | { readonly needs: 'nothing'; readonly verdict: Verdict }
  | { readonly needs: 'key'; readonly kid: string }
  | {
      readonly needs: 'issuer';
      readonly ask: (context: CallContext) => Promise<{ readonly beganAt: number }>;
    };

/** What every decision depends on, apart from the token. */
export interface DecisionContext {
  readonly rules: Pick<OktaConfig, 'issuer' | 'audience' | 'acceptedClientIds'>;
  readonly revocations: Revocations;
  /** Null when only this API's own revocations are known. */
  readonly feed: RevocationFeed | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const defaultMaxAgeSeconds = 30;

/**
 * The earliest start of an introspection that is fresh enough (epoch milliseconds; Infinity when a new
 * one is needed). @param localMs the greatest age when the caller requires no introspection
 */
export function freshSince(
  { options, askedAt, introspectedAt }: VerificationRequest,
  localMs: number,
): number {
  switch (options.freshness) {
    case 'LOCAL':
      return askedAt - localMs;
    case 'CACHED':
      return askedAt - (options.maxAgeSeconds ?? defaultMaxAgeSeconds) * 1000;
    case 'INTROSPECT':
      return introspectedAt ?? Number.POSITIVE_INFINITY;
  }
}

/**
 * How long "not active" is cached. It may change, for example when a locked account is unlocked. A
 * caller with an inactive token causes a call no more often than that.
 */
const inactiveMs = 5_000;

/** The earliest start of an introspection that found the token inactive. */
export function inactiveSince({ askedAt }: VerificationRequest): number {
  return askedAt - inactiveMs;
}

/**
 * The earliest start of an introspection that answers a recheck from `since`. If that lies in the
 * future, the clock was set back: any introspection from now on answers it.
 */
export function recheckSince(
  since: number,
  { askedAt }: VerificationRequest,
  { now }: DecisionContext,
): number {
  return since > now() ? Math.min(since, askedAt) : since;
}

export function rulesFor({ options }: VerificationRequest, { rules, now }: DecisionContext): Rules {
  const { audience, acceptedClientIds } = rules;
  return { audience, acceptedClientIds, from: options.from, now: now() };
}

export function locally(context: DecisionContext): Check {
  return checked('LOCAL', context.now(), context);
}

/** Checked by an introspection that began at `beganAt`, for this request or before it. */
export function byIssuer(
  beganAt: number,
  { options, askedAt, introspectedAt }: VerificationRequest,
  context: DecisionContext,
): Check {
  // Fresh also if another caller requested it for the same token a moment before.
  const isFresh = options.freshness === 'INTROSPECT' || beganAt >= askedAt;
  const isOwn = introspectedAt !== null && isFresh;
  return checked(isOwn ? 'INTROSPECT' : 'CACHED', beganAt, context);
}

function checked(by: Freshness, at: number, { feed, now }: DecisionContext): Check {
  return { by, at, now: now(), feedLagSeconds: feed?.lagSeconds() ?? null };
}

export function answered(verdict: Verdict): Decision {
  return { needs: 'nothing', verdict };
}

export function inactiveDecision(reason: TokenInvalidReason, check: Check): Decision {
  return answered(inactive(reason, check));
}
