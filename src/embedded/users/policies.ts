import { Hono } from 'hono';
import { ApiError, type EmbeddedEnv } from '../http/responses.ts';
import type { Org } from '../org.ts';
import type { PasswordPolicy } from '../store/entities.ts';
import { isoDate } from './user-json.ts';

const passwordPolicyId = '00p1defaultPassword0';
const enrollmentPolicyId = '00p1defaultEnrollme0';
/** The group of all users, which the default policy is for. */
const everyoneGroupId = '00g1everyone00000001';

/** `/api/v1/policies`: of passwords and of second factors, one each. */
export function policiesRoutes(org: Org): Hono<EmbeddedEnv> {
  const app = new Hono<EmbeddedEnv>();
  app.get('/api/v1/policies', (c) => {
    const type = c.req.query('type');
    if (type === undefined) {
      throw new ApiError('E0000001', {
        about: 'type',
        causes: ['type: The field cannot be left blank'],
      });
    }
    c.header('link', `<${c.req.url}>; rel="self"`);
    if (c.req.query('status') === 'INACTIVE') return c.json([]);
    if (type === 'PASSWORD') return c.json([passwordPolicyJson(org)]);
    return c.json(type === 'MFA_ENROLL' ? [enrollmentPolicyJson(org)] : []);
  });
  return app;
}

function passwordPolicyJson(org: Org): Record<string, unknown> {
  const policy = org.store.passwordPolicy;
  return {
    ...policyJson(org, { id: passwordPolicyId, type: 'PASSWORD' }),
    conditions: {
      people: { groups: { include: [everyoneGroupId] } },
      authProvider: { provider: 'OKTA' },
    },
    settings: {
      password: passwordSettings(policy),
      recovery: recoverySettings(policy),
      delegation: { options: { skipUnlock: false } },
    },
  };
}

/** Every factor that this org has may be set up, and none has to be. */
function enrollmentPolicyJson(org: Org): Record<string, unknown> {
  const keys = ['okta_verify', 'google_otp', 'okta_email', 'phone_number'];
  return {
    ...policyJson(org, { id: enrollmentPolicyId, type: 'MFA_ENROLL' }),
    conditions: { people: { groups: { include: [everyoneGroupId] } } },
    settings: {
      type: 'AUTHENTICATORS',
      authenticators: keys.map((key) => ({ key, enroll: { self: 'OPTIONAL' } })),
    },
  };
}

function policyJson(org: Org, { id, type }: { readonly id: string; readonly type: string }) {
  const self = `${org.url()}/api/v1/policies/${id}`;
  return {
    id,
    type,
    status: 'ACTIVE',
    name: 'Default Policy',
    description: 'The default policy applies in all situations if no other policy applies.',
    priority: 1,
    system: true,
    created: isoDate(0),
    lastUpdated: isoDate(0),
    _links: {
      self: { href: self, hints: { allow: ['GET'] } },
      rules: { href: `${self}/rules`, hints: { allow: ['GET'] } },
      mappings: { href: `${self}/mappings`, hints: { allow: ['GET'] } },
    },
  };
}

function passwordSettings(policy: PasswordPolicy): Record<string, unknown> {
  return {
    complexity: {
      minLength: policy.minLength,
      minLowerCase: policy.minLowerCase,
      minUpperCase: policy.minUpperCase,
      minNumber: policy.minNumber,
      minSymbol: policy.minSymbol,
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
    breachedProtection: { expireAfterDays: 0, logoutEnabled: true, delegatedWorkflowId: null },
  };
}

/** Mail is the only way of recovery in this org. */
function recoverySettings(policy: PasswordPolicy): Record<string, unknown> {
  const recoveryToken = { tokenLifetimeMinutes: policy.recoveryTokenLifetimeMinutes };
  const status = policy.recoveryByMail ? 'ACTIVE' : 'INACTIVE';
  return {
    factors: {
      recovery_question: { status: 'INACTIVE', properties: { complexity: { minLength: 4 } } },
      okta_email: { status, properties: { recoveryToken } },
      okta_sms: { status: 'INACTIVE' },
      okta_call: { status: 'INACTIVE' },
    },
  };
}
