import { AccountLocked, LogInDenied } from '../../identity/errors.ts';
import type { CallContext, FactorOption, LogInOutcome } from '../../identity/model.ts';
import type { AuthnTransaction } from '../wire/schemas.ts';
import { given } from './client.ts';
import { type Offer, toFactorOption, toOffers } from './factor-mapping.ts';

interface Waiting {
  readonly stateToken: string;
  readonly expiresAt: Date;
}

/** Where a log-in may stand when Okta has accepted what it was given so far. */
export type SignedIn =
  | { readonly kind: 'success'; readonly sessionToken: string }
  | (Waiting & { readonly kind: 'passwordExpired' })
  | (Waiting & { readonly kind: 'mfaRequired'; readonly factors: readonly FactorOption[] })
  | (Waiting & { readonly kind: 'mfaEnroll'; readonly offers: readonly Offer[] })
  /** Everything that could be set up now may be set up later. */
  | (Waiting & { readonly kind: 'mayBeSkipped' });

/** Goes on from wherever Okta's transaction stands now. */
export type OutcomeOf = (
  transaction: AuthnTransaction,
  context: CallContext,
) => Promise<LogInOutcome>;

/** The one place that knows which states a log-in carries on from. @throws AccountLocked, LogInDenied */
export function signedIn(transaction: AuthnTransaction): SignedIn {
  switch (transaction.status) {
    case 'SUCCESS':
      return { kind: 'success', sessionToken: given(transaction.sessionToken) };
    case 'PASSWORD_EXPIRED':
      return { kind: 'passwordExpired', ...waiting(transaction) };
    case 'MFA_REQUIRED': {
      const known = transaction._embedded?.factors ?? [];
      const factors = orDenied(known.flatMap((factor) => toFactorOption(factor) ?? []));
      return { kind: 'mfaRequired', ...waiting(transaction), factors };
    }
    case 'MFA_ENROLL':
      return toEnroll(transaction);
    case 'LOCKED_OUT':
      throw new AccountLocked();
    default:
      throw new LogInDenied('STATE');
  }
}

/** Okta links to `skip` once every factor that it demands is set up. */
function toEnroll(transaction: AuthnTransaction): SignedIn {
  if (transaction._links?.skip !== undefined) {
    return { kind: 'mayBeSkipped', ...waiting(transaction) };
  }
  const missing = (transaction._embedded?.factors ?? []).filter(
    ({ status }) => status !== 'ACTIVE',
  );
  const demanded = missing.filter(({ enrollment }) => enrollment === 'REQUIRED');
  // None is demanded by name where any one will do.
  const offers = toOffers(demanded.length > 0 ? demanded : missing);
  return { kind: 'mfaEnroll', ...waiting(transaction), offers: orDenied(offers) };
}

/** Only by a way that this API does not have can the customer get on. */
export function orDenied<T>(ways: readonly T[]): readonly T[] {
  if (ways.length === 0) throw new LogInDenied('MFA');
  return ways;
}

function waiting(transaction: AuthnTransaction): Waiting {
  return {
    stateToken: given(transaction.stateToken),
    expiresAt: new Date(given(transaction.expiresAt)),
  };
}
