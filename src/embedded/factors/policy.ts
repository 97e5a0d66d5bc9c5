import { type Org, personOf } from '../org.ts';
import { isAuthenticatorActive, mayEnroll } from '../settings/authenticators.ts';
import { demandOfOrg } from '../settings/sign-on.ts';
import type { UserEntity } from '../store/entities.ts';
import type { FactorEntity, FactorType } from '../store/factor-entities.ts';

/** In the order of their enrolment. */
export function factorsOf(org: Org, user: UserEntity): FactorEntity[] {
  return [...org.store.factors.values()].filter((factor) => factor.userId === user.id);
}

/** Those that are enrolled and may be used. */
export function activeFactors(org: Org, user: UserEntity): FactorEntity[] {
  return factorsOf(org, user).filter(
    (factor) =>
      factor.status === 'ACTIVE' &&
      (isClassic(org) || isAuthenticatorActive(org.store.resources, authenticatorOf(factor))),
  );
}

/** A Classic org has no authenticators. */
const isClassic = ({ engine }: Org) => engine === 'classic';

function authenticatorOf({ type, provider }: Pick<FactorEntity, 'type' | 'provider'>): string {
  return provider === 'GOOGLE' ? 'google_otp' : oktaAuthenticators[type];
}

/** Factors whose provider is Okta. */
const oktaAuthenticators: Readonly<Record<FactorType, string>> = {
  'token:software:totp': 'okta_verify',
  push: 'okta_verify',
  sms: 'phone_number',
  email: 'okta_email',
};

/** Whether a correct password is followed by a second factor. */
export function requiresFactor(org: Org, user: UserEntity): boolean {
  return (
    (org.store.mfaPolicy !== 'OFF' || wantsTwoFactors(org, user)) &&
    activeFactors(org, user).length > 0
  );
}

/** Whether the user must set up a first factor before signing in. */
export function requiresEnrolment(org: Org, user: UserEntity): boolean {
  return (
    (org.store.mfaPolicy === 'REQUIRED' || wantsTwoFactors(org, user)) &&
    activeFactors(org, user).length === 0
  );
}

function wantsTwoFactors(org: Org, user: UserEntity): boolean {
  return demandOfOrg(org.store.resources, personOf(org, user)) === 'TWO_FACTORS';
}

/** What an API can enroll; push is enrolled only in Okta's app. */
const enrollable = [
  { type: 'token:software:totp', provider: 'GOOGLE' },
  { type: 'token:software:totp', provider: 'OKTA' },
  { type: 'sms', provider: 'OKTA' },
  { type: 'email', provider: 'OKTA' },
] as const;

export type Offer = (typeof enrollable)[number];

/** What a user may enroll through an API. */
export function offeredFactors(org: Org, user: UserEntity): readonly Offer[] {
  const { resources } = org.store;
  return enrollable.filter((offer) => {
    const key = authenticatorOf(offer);
    return (
      isClassic(org) || (isAuthenticatorActive(resources, key) && mayEnroll(resources, key, user))
    );
  });
}

/** `amr` of a sign-in by this factor (RFC 8176), beside `mfa`. */
export const amrOf: Readonly<Record<FactorType, string>> = {
  'token:software:totp': 'otp',
  email: 'otp',
  sms: 'sms',
  push: 'swk',
};

export function activate(org: Org, factor: FactorEntity): void {
  factor.status = 'ACTIVE';
  factor.lastUpdated = org.now();
}

/** Okta Verify is one app: removing its push also removes its one-time codes. */
export function removeFactor(org: Org, removed: FactorEntity): void {
  const isGone = ({ id, userId, type, provider }: FactorEntity) =>
    id === removed.id ||
    (removed.type === 'push' &&
      userId === removed.userId &&
      type === 'token:software:totp' &&
      provider === 'OKTA');
  for (const factor of org.store.factors.values()) {
    if (isGone(factor)) org.store.factors.delete(factor.id);
  }
}
