import type { z } from 'zod';
import type { OktaConfig } from '../../config.ts';
import { ProviderMisconfigured } from '../../identity/errors.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import { factorTypesOf, oktaEnrollmentSettings } from '../enrollment-policy.ts';
import type { OktaHttp } from '../http/client.ts';
import {
  allowsRecoveryByMail,
  oktaPasswordSettings,
  passwordPolicyOf,
} from '../password-settings.ts';
import { matched } from '../wire/answer.ts';
import { remembered } from './cached-read.ts';
import { createPolicyPages, type OktaPolicy } from './policy-pages.ts';

type Policies = Pick<IdentityProvider, 'passwordPolicy' | 'factorsOnOffer'>;

/** An administrator changes a policy a few times a year. */
const freshMs = 5 * 60_000;

/**
 * Called with each read of the password policy: false where it does not allow recovery by e-mail. On
 * Identity Engine the rule of the policy decides instead, and this setting is kept for old clients.
 */
export type OnRecoveryPolicy = (allowsMail: boolean) => void;

interface Options {
  readonly http: OktaHttp;
  readonly now: () => number;
  readonly onRecoveryPolicy?: OnRecoveryPolicy;
}

/** What the policies of the org have for new customers; Okta has the last word on everything. */
export function createPolicies(
  config: Pick<OktaConfig, 'orgUrl' | 'management' | 'signUpGroupIds'>,
  { http, now, onRecoveryPolicy = () => undefined }: Options,
): Policies {
  const read = createPolicyPages(config, { http, now });

  const policyReader = <Settings extends z.ZodType>(
    type: 'PASSWORD' | 'MFA_ENROLL',
    settings: Settings,
  ) =>
    remembered(
      async (context) => {
        const policies = await read(type, context);
        const policy = forNewCustomers(policies, config.signUpGroupIds);
        if (policy !== undefined) return matched(policy.settings, settings);
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
 * The first by priority that a new account falls under. The system's own policy is for everyone, so
 * it gives away the id of that group, which every account is in. Groups that an account joins later,
 * by a rule of the org, are not known here.
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
