import { z } from 'zod';
import type { PasswordPolicy } from '../identity/password-policy.ts';
import { membersOf } from './wire/members.ts';

/** Okta takes no longer password, whatever the policy says. */
const maxLength = 72;

/** Counts that Okta leaves out or gives as null ask for nothing. */
const count = z
  .number()
  .nullish()
  .transform((number) => number ?? 0);

/** `settings` of a password policy. */
export const oktaPasswordSettings = z.object({
  password: z.object({
    complexity: z.object({
      minLength: count,
      minLowerCase: count,
      minUpperCase: count,
      minNumber: count,
      minSymbol: count,
      maxConsecutiveCharacters: z.number().nullish(),
      excludeUsername: z.boolean().nullish(),
      excludeAttributes: membersOf(z.string()).nullish(),
      dictionary: z
        .object({ common: z.object({ exclude: z.boolean().nullish() }).nullish() })
        .nullish(),
    }),
    age: z.object({ historyCount: count, minAgeMinutes: count, maxAgeDays: count }).nullish(),
  }),
  recovery: z
    .object({
      factors: z.object({ okta_email: z.object({ status: z.string() }).nullish() }).nullish(),
    })
    .nullish()
    .catch(null),
});

/** True where the policy does not say. */
export function allowsRecoveryByMail({ recovery }: z.infer<typeof oktaPasswordSettings>): boolean {
  return recovery?.factors?.okta_email?.status !== 'INACTIVE';
}

export function passwordPolicyOf({
  password,
}: z.infer<typeof oktaPasswordSettings>): PasswordPolicy {
  const { complexity, age } = password;
  const excluded = complexity.excludeAttributes ?? [];
  return {
    minLength: complexity.minLength,
    maxLength,
    minLowerCase: complexity.minLowerCase,
    minUpperCase: complexity.minUpperCase,
    minNumber: complexity.minNumber,
    minSymbol: complexity.minSymbol,
    maxRepeats: complexity.maxConsecutiveCharacters ?? null,
    excludesLogin: complexity.excludeUsername ?? false,
    excludesFirstName: excluded.includes('firstName'),
    excludesLastName: excluded.includes('lastName'),
    excludesCommon: complexity.dictionary?.common?.exclude ?? false,
    historyCount: age?.historyCount ?? 0,
    minAgeMinutes: age?.minAgeMinutes ?? 0,
    maxAgeDays: age?.maxAgeDays ?? 0,
  };
}
