import { z } from 'zod';
import type { FactorType } from '../identity/model.ts';
import { membersOf } from './wire/members.ts';

const enroll = z.object({ self: z.string().nullish() }).nullish();
const anyOf = z.object({ enroll }).nullish().catch(null);

/** `settings` of an enrolment policy: by authenticator (Identity Engine) or by factor (Classic). */
export const oktaEnrollmentSettings = z
  .object({
    authenticators: membersOf(z.object({ key: z.string(), enroll })).nullish(),
    factors: z.record(z.string(), anyOf).nullish(),
  })
  .nullish();

/** Under Okta's names for both engines, what a customer can set up over this API. */
const typeOf: ReadonlyMap<string, FactorType> = new Map([
  ['google_otp', 'TOTP'],
  ['okta_otp', 'TOTP'],
  ['okta_email', 'EMAIL'],
  ['phone_number', 'SMS'],
  ['okta_sms', 'SMS'],
]);

export function factorTypesOf(
  settings: z.infer<typeof oktaEnrollmentSettings>,
): readonly FactorType[] {
  const factors = Object.entries(settings?.factors ?? {});
  const named = [
    ...(settings?.authenticators ?? []),
    ...factors.map(([key, factor]) => ({ key, enroll: factor?.enroll })),
  ];
  const allowed = named.filter(({ enroll }) =>
    ['OPTIONAL', 'REQUIRED'].includes(enroll?.self ?? ''),
  );
  return [...new Set(allowed.flatMap(({ key }) => typeOf.get(key) ?? []))];
}
