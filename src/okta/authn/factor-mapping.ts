import { z } from 'zod';
import type { Factor, NewFactor, TotpSecret } from '../../identity/mfa.ts';
import type { FactorOption, FactorType } from '../../identity/model.ts';
import { parseAnswer } from '../wire/answer.ts';
import { type OktaFactor, oktaId } from '../wire/schemas.ts';

/** Okta's names. Factors of other types are left out, since this API cannot verify them. */
const types: ReadonlyMap<string, FactorType> = new Map([
  ['token:software:totp', 'TOTP'],
  ['email', 'EMAIL'],
  ['sms', 'SMS'],
  ['push', 'PUSH'],
]);

/** The provider for any authenticator app; OKTA is for Okta's own app. */
const anyApp = 'GOOGLE';

export function typeOf({ factorType }: OktaFactor): FactorType | null {
  return types.get(factorType) ?? null;
}

/** Null for a factor that this API cannot verify. */
export function toFactorOption(factor: OktaFactor): FactorOption | null {
  const type = typeOf(factor);
  const id = oktaId.safeParse(factor.id);
  if (type === null || !id.success) return null;
  return { id: id.data, type, hint: hintOf(type, factor.profile) };
}

/** Null for a factor that this API cannot verify, and for one that is neither active nor pending. */
export function toFactor(factor: OktaFactor): Factor | null {
  const option = toFactorOption(factor);
  const { status, created } = factor;
  if (option === null || (status !== 'ACTIVE' && status !== 'PENDING_ACTIVATION')) return null;
  const createdAt = created === null || created === undefined ? null : new Date(created);
  return { ...option, status, createdAt };
}

/** A factor that Okta offers for enrollment during a log-in. */
export interface Offer {
  readonly type: NewFactor['type'];
  readonly provider: string;
}

/** What this API can enroll: one offer of each type; for TOTP, the one for any authenticator app. */
export function toOffers(factors: readonly OktaFactor[]): Offer[] {
  const offers = new Map<FactorType, Offer>();
  for (const factor of factors) {
    const type = typeOf(factor);
    const { provider = 'OKTA' } = factor;
    if (type === null || type === 'PUSH') continue;
    if (!offers.has(type) || provider === anyApp) offers.set(type, { type, provider });
  }
  return [...offers.values()];
}

/** Okta masks in one API and not in the other, and not in the same way. */
function hintOf(type: FactorType, profile: OktaFactor['profile']): string | null {
  switch (type) {
    case 'SMS': {
      const digits = (profile?.phoneNumber ?? '').replaceAll(/\D/g, '');
      return digits === '' ? null : `…${digits.slice(-4)}`;
    }
    case 'EMAIL': {
      const [, first, domain] = /^(.).*@(.+)$/u.exec(profile?.email ?? '') ?? [];
      return first === undefined ? null : `${first}…@${domain}`;
    }
    case 'PUSH':
      return profile?.name ?? null;
    case 'TOTP':
      return null;
  }
}

/**
 * @param provider of the chosen offer; null without offers
 * @param email the address of the account, the only one that Okta sends codes to; null if Okta knows it
 */
export function enrollmentRequest(
  { type, phoneNumber }: NewFactor,
  { provider, email }: { readonly provider: string | null; readonly email: string | null },
) {
  switch (type) {
    case 'TOTP':
      return { factorType: 'token:software:totp', provider: provider ?? anyApp } as const;
    case 'EMAIL': {
      const profile = email === null ? {} : { profile: { email } };
      return { factorType: 'email', provider: 'OKTA', ...profile } as const;
    }
    case 'SMS': {
      const profile = { phoneNumber: phoneNumber ?? '' };
      return { factorType: 'sms', provider: 'OKTA', profile } as const;
    }
  }
}

/** Null unless the factor is TOTP. @throws UpstreamUnavailable where the secret is missing */
export function totpSecretOf(
  factor: OktaFactor,
  label: { readonly orgUrl: string; readonly login: string },
): TotpSecret | null {
  if (typeOf(factor) !== 'TOTP') return null;
  const activation = factor._embedded?.activation;
  const secret = parseAnswer(activation?.sharedSecret, z.string().min(1));
  const issuer = new URL(label.orgUrl).hostname;
  const parameters = new URLSearchParams({
    secret,
    issuer,
    algorithm: 'SHA1',
    digits: '6',
    period: String(activation?.timeStep ?? 30),
  });
  // github.com/google/google-authenticator/wiki/Key-Uri-Format
  const path = `${encodeURIComponent(issuer)}:${encodeURIComponent(label.login)}`;
  return { secret, uri: `otpauth://totp/${path}?${parameters}` };
}
