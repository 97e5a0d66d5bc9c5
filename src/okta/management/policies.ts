import { z } from 'zod';
import type { OktaConfig } from '../../config.ts';
import { ProviderMisconfigured } from '../../identity/errors.ts';
import type { FactorType } from '../../identity/model.ts';
import type { PasswordPolicy } from '../../identity/password-policy.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import { parseAnswer } from '../wire/answer.ts';
import { membersOf } from '../wire/members.ts';
import { createPolicyPages, type OktaPolicy } from './policy-pages.ts';
import type { ManagementReads } from './read.ts';
import { staleWhileRevalidate } from './stale-while-revalidate.ts';

/** Okta's maximum, whatever the policy says. */
const maxLength = 72;

/** An absent or null count means no requirement. */
const count = z
  .number()
  .nullish()
  .transform((number) => number ?? 0);

/** `settings` of a password policy. */
const oktaPasswordSettings = z.object({
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

/** True if the policy does not say. */
function allowsRecoveryByMail({ recovery }: z.infer<typeof oktaPasswordSettings>): boolean {
  return recovery?.factors?.okta_email?.status !== 'INACTIVE';
}

function passwordPolicyOf({ password }: z.infer<typeof oktaPasswordSettings>): PasswordPolicy {
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

const enroll = z.object({ self: z.string().nullish() }).nullish();
const anyOf = z.object({ enroll }).nullish().catch(null);

/** `settings` of an enrolment policy: by authenticator (Identity Engine) or by factor (Classic). */
const oktaEnrollmentSettings = z
  .object({
    authenticators: membersOf(z.object({ key: z.string(), enroll })).nullish(),
    factors: z.record(z.string(), anyOf).nullish(),
  })
  .nullish();

/** The factors that customers can enroll with this API, by Okta's names in both engines. */
const typeOf: ReadonlyMap<string, FactorType> = new Map([
  ['google_otp', 'TOTP'],
  ['okta_otp', 'TOTP'],
  ['okta_email', 'EMAIL'],
  ['phone_number', 'SMS'],
  ['okta_sms', 'SMS'],
]);

function factorTypesOf(settings: z.infer<typeof oktaEnrollmentSettings>): readonly FactorType[] {
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

type Policies = Pick<IdentityProvider, 'passwordPolicy' | 'factorsOnOffer'>;

/** Administrators rarely change a policy. */
const freshMs = 5 * 60_000;

/**
 * Called after each read of the password policy: false if it does not allow recovery by e-mail. On
 * Identity Engine the rule of the policy decides; this setting remains for older clients.
 */
export type OnRecoveryPolicy = (allowsMail: boolean) => void;

interface Options extends ManagementReads {
  readonly onRecoveryPolicy?: OnRecoveryPolicy;
}

/** The rules that the policies of the org set for new customers. Okta itself enforces them. */
export function createPolicies(
  config: Pick<OktaConfig, 'orgUrl' | 'management' | 'signUpGroupIds'>,
  { onRecoveryPolicy = () => undefined, ...reads }: Options,
): Policies {
  const read = createPolicyPages(config, reads);
  const { now } = reads;

  const policyReader = <Settings extends z.ZodType>(
    type: 'PASSWORD' | 'MFA_ENROLL',
    settings: Settings,
  ) =>
    staleWhileRevalidate(
      async (context) => {
        const policies = await read(type, context);
        const policy = forNewCustomers(policies, config.signUpGroupIds);
        if (policy !== undefined) return parseAnswer(policy.settings, settings);
        throw new ProviderMisconfigured(`policies/list: no ${type} policy is for new customers`);
      },
      { now, freshMs },
    );

  const passwordSettings = policyReader('PASSWORD', oktaPasswordSettings);
  const enrollmentSettings = policyReader('MFA_ENROLL', oktaEnrollmentSettings);
  return {
    async passwordPolicy(context) {
      const settings = await passwordSettings(context);
      onRecoveryPolicy(allowsRecoveryByMail(settings));
      return passwordPolicyOf(settings);
    },
    factorsOnOffer: async (context) => factorTypesOf(await enrollmentSettings(context)),
  };
}

const includedGroups = ({ conditions }: OktaPolicy): readonly string[] =>
  conditions?.people?.groups?.include ?? [];

/**
 * The first policy by priority that applies to a new account. The default policy applies to the group
 * Everyone, which is how the id of that group is found. Groups that an account joins later, by a group
 * rule, are unknown here.
 */
function forNewCustomers(
  policies: readonly OktaPolicy[],
  groupIds: readonly string[],
): OktaPolicy | undefined {
  const active = policies.filter(({ status }) => status !== 'INACTIVE');
  const system = active.find((policy) => policy.system === true);
  const joined = new Set([...groupIds, ...(system === undefined ? [] : includedGroups(system))]);
  const fitting = active
    .filter(({ conditions }) =>
      ['OKTA', 'ANY'].includes(conditions?.authProvider?.provider ?? 'ANY'),
    )
    .filter((policy) => includedGroups(policy).some((id) => joined.has(id)))
    .sort((a, b) => (a.priority ?? Number.MAX_VALUE) - (b.priority ?? Number.MAX_VALUE));
  return fitting[0] ?? system;
}
