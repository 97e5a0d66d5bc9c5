import { z } from 'zod';
import type { PasswordPolicy } from '../store/entities.ts';
import type { Resources } from '../store/resources.ts';
import { merged } from './merged.ts';
import { type Person, policyFor, ruleFor } from './policies.ts';

const status = z.object({ status: z.enum(['ACTIVE', 'INACTIVE']) });

/** The members of a password policy's settings that this org reads. */
const settingsSchema = z.object({
  password: z.object({
    complexity: z.object({
      minLength: z.number(),
      minLowerCase: z.number(),
      minUpperCase: z.number(),
      minNumber: z.number(),
      minSymbol: z.number(),
      excludeUsername: z.boolean(),
      excludeAttributes: z.array(z.enum(['firstName', 'lastName'])),
      dictionary: z.object({ common: z.object({ exclude: z.boolean() }) }),
    }),
    age: z.object({ maxAgeDays: z.number(), minAgeMinutes: z.number(), historyCount: z.number() }),
    lockout: z.object({
      maxAttempts: z.number(),
      autoUnlockMinutes: z.number(),
      showLockoutFailures: z.boolean(),
    }),
  }),
  recovery: z.object({
    factors: z.object({
      okta_email: status.extend({
        properties: z.object({ recoveryToken: z.object({ tokenLifetimeMinutes: z.number() }) }),
      }),
    }),
  }),
});

type Json = Readonly<Record<string, unknown>>;

/** Of an untouched policy; a request overrides what it names. */
export function passwordSettings(policy: PasswordPolicy = defaultPasswordPolicy): Json {
  const { minLength, minLowerCase, minUpperCase, minNumber, minSymbol } = policy;
  return {
    password: {
      complexity: {
        ...{ minLength, minLowerCase, minUpperCase, minNumber, minSymbol },
        excludeUsername: policy.excludeUsername,
        excludeAttributes: policy.excludeAttributes,
        dictionary: { common: { exclude: policy.excludeCommon } },
      },
      age: {
        maxAgeDays: policy.maxAgeDays,
        expireWarnDays: 0,
        minAgeMinutes: policy.minAgeMinutes,
        historyCount: policy.historyCount,
      },
      lockout: {
        maxAttempts: policy.lockoutMaxAttempts,
        autoUnlockMinutes: policy.autoUnlockMinutes,
        userLockoutNotificationChannels: [],
        showLockoutFailures: policy.showLockoutFailures,
      },
      breachedProtection: {
        expireAfterDays: null,
        logoutEnabled: false,
        delegatedWorkflowId: null,
      },
    },
    recovery: recoverySettings(policy),
    delegation: { options: { skipUnlock: false } },
  };
}

/** Mail is the only way of recovery in this org. */
function recoverySettings(policy: PasswordPolicy): Json {
  const recoveryToken = { tokenLifetimeMinutes: policy.recoveryTokenLifetimeMinutes };
  return {
    factors: {
      recovery_question: { status: 'INACTIVE', properties: { complexity: { minLength: 4 } } },
      okta_email: {
        status: policy.recoveryByMail ? 'ACTIVE' : 'INACTIVE',
        properties: { recoveryToken },
      },
      okta_sms: { status: 'INACTIVE' },
      okta_call: { status: 'INACTIVE' },
    },
  };
}

/** The defaults of Okta's own default policy: no symbol, the last four passwords refused, ten attempts, no unlocking by time. */
export const defaultPasswordPolicy: PasswordPolicy = {
  minLength: 8,
  minLowerCase: 1,
  minUpperCase: 1,
  minNumber: 1,
  minSymbol: 0,
  excludeUsername: true,
  excludeAttributes: [],
  excludeCommon: false,
  historyCount: 4,
  minAgeMinutes: 0,
  maxAgeDays: 0,
  lockoutMaxAttempts: 10,
  autoUnlockMinutes: 0,
  showLockoutFailures: false,
  recoveryTokenLifetimeMinutes: 60,
  recoveryByMail: true,
  mayChange: true,
  mayReset: true,
  mayUnlock: true,
};

const access = z.object({ access: z.enum(['ALLOW', 'DENY']) }).optional();
const actionsSchema = z.object({
  passwordChange: access,
  selfServicePasswordReset: access,
  selfServiceUnlock: access,
});

/** The policy that governs a user's password; null: the default one. */
export function passwordPolicyFor(resources: Resources, user: Person | null): PasswordPolicy {
  const policy = policyFor(resources, 'PASSWORD', user);
  const { password, recovery } = settingsSchema.parse(
    merged(passwordSettings(), policy?.body.settings),
  );
  const rule = policy === null ? null : ruleFor(resources, policy.id, user);
  const actions = actionsSchema.safeParse(rule?.body.actions).data ?? {};
  // Without a rule nothing is allowed.
  const allows = (action: z.infer<typeof access>) => action?.access === 'ALLOW';
  const { dictionary, ...complexity } = password.complexity;
  return {
    ...complexity,
    excludeCommon: dictionary.common.exclude,
    ...password.age,
    lockoutMaxAttempts: password.lockout.maxAttempts,
    autoUnlockMinutes: password.lockout.autoUnlockMinutes,
    showLockoutFailures: password.lockout.showLockoutFailures,
    recoveryTokenLifetimeMinutes:
      recovery.factors.okta_email.properties.recoveryToken.tokenLifetimeMinutes,
    recoveryByMail: recovery.factors.okta_email.status === 'ACTIVE',
    mayChange: allows(actions.passwordChange),
    mayReset: allows(actions.selfServicePasswordReset),
    mayUnlock: allows(actions.selfServiceUnlock),
  };
}
