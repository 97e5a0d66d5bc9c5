import { AccountLocked, LogInDenied } from '../../identity/errors.ts';
import type { CallContext, FactorOption, LogInOutcome } from '../../identity/model.ts';
import type { AuthnTransaction } from '../wire/schemas.ts';
import { required } from './client.ts';
import { type Offer, toFactorOption, toOffers } from './factor-mapping.ts';

interface OpenTransaction {
  readonly stateToken: string;
  readonly expiresAt: Date;
}

/** The next step of a log-in, once Okta has accepted the previous one. */
export type AuthnStep =
  | { readonly kind: 'success'; readonly sessionToken: string }
  | (OpenTransaction & { readonly kind: 'passwordExpired' })
  | (OpenTransaction & { readonly kind: 'mfaRequired'; readonly factors: readonly FactorOption[] })
  | (OpenTransaction & { readonly kind: 'mfaEnroll'; readonly offers: readonly Offer[] })
  /** Nothing has to be enrolled now. */
  | (OpenTransaction & { readonly kind: 'enrollmentSkippable' });

/** Continues the log-in from the state of Okta's transaction. */
export type OutcomeOf = (
  transaction: AuthnTransaction,
  context: CallContext,
) => Promise<LogInOutcome>;

/** The only place that knows which states a log-in can continue from. @throws AccountLocked, LogInDenied */
export function readStep(transaction: AuthnTransaction): AuthnStep {
  switch (transaction.status) {
    case 'SUCCESS':
      return { kind: 'success', sessionToken: required(transaction.sessionToken) };
    case 'PASSWORD_EXPIRED':
      return { kind: 'passwordExpired', ...openTransaction(transaction) };
    case 'MFA_REQUIRED': {
      const known = transaction._embedded?.factors ?? [];
      const factors = denyIfEmpty(known.flatMap((factor) => toFactorOption(factor) ?? []));
      return { kind: 'mfaRequired', ...openTransaction(transaction), factors };
    }
    case 'MFA_ENROLL':
      return enrollmentStep(transaction);
    case 'LOCKED_OUT':
      throw new AccountLocked();
    default:
      throw new LogInDenied('STATE');
  }
}

/** Okta links to `skip` once every required factor is enrolled. */
function enrollmentStep(transaction: AuthnTransaction): AuthnStep {
  if (transaction._links?.skip !== undefined) {
    return { kind: 'enrollmentSkippable', ...openTransaction(transaction) };
  }
  const missing = (transaction._embedded?.factors ?? []).filter(
    ({ status }) => status !== 'ACTIVE',
  );
  const mandatory = missing.filter(({ enrollment }) => enrollment === 'REQUIRED');
  // If any factor will do, none is marked as required.
  const offers = toOffers(mandatory.length > 0 ? mandatory : missing);
  return { kind: 'mfaEnroll', ...openTransaction(transaction), offers: denyIfEmpty(offers) };
}

/** @throws LogInDenied if this API supports none of the ways to continue */
export function denyIfEmpty<T>(ways: readonly T[]): readonly T[] {
  if (ways.length === 0) throw new LogInDenied('MFA');
  return ways;
}

function openTransaction(transaction: AuthnTransaction): OpenTransaction {
  return {
    stateToken: required(transaction.stateToken),
    expiresAt: new Date(required(transaction.expiresAt)),
  };
}
