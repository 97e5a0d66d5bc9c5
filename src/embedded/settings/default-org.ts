import type { PasswordPolicy } from '../store/entities.ts';
import type { Resources } from '../store/resources.ts';
import { addAuthenticators } from './authenticators.ts';
import { claimTable, scopeTable, serverTable } from './authorization-servers.ts';
import { addBrand } from './brands.ts';
import { addFeatures } from './features.ts';
import { everyoneGroupId, groupTable } from './groups.ts';
import { merged } from './merged.ts';
import { passwordSettings } from './password-policy.ts';
import { type PolicyType, policyTable, ruleTable, ruleTypes } from './policies.ts';

/** The custom authorization server that every org starts with. */
export const defaultServerId = 'default';

export const defaultPolicyIds = {
  PASSWORD: '00p1defaultPassword0',
  MFA_ENROLL: '00p1defaultEnrollme0',
  OKTA_SIGN_ON: '00p1defaultSignOn000',
  IDP_DISCOVERY: '00p1defaultDiscover0',
  PROFILE_ENROLLMENT: 'rst1defaultProfile00',
  /** `Any two factors`, which an app has until it gets another one. */
  ACCESS_POLICY: 'rst1anyTwoFactors000',
} as const;

type Json = Readonly<Record<string, unknown>>;

const defaultName = 'Default Policy';
const defaultDescription =
  'The default policy applies in all situations if no other policy applies.';
const ofEveryone = { people: { groups: { include: [everyoneGroupId] } } };

/** What an org has before an administrator has done anything. */
export function addDefaults(resources: Resources, passwordPolicy: PasswordPolicy): void {
  resources.add(groupTable, {
    id: everyoneGroupId,
    body: {
      profile: { name: 'Everyone', description: 'All users in your organization' },
      builtIn: true,
    },
  });
  addDefaultServer(resources);
  addPasswordPolicy(resources, passwordPolicy);
  addSignOnPolicies(resources);
  addOtherPolicies(resources);
  addAuthenticators(resources);
  addBrand(resources);
  addFeatures(resources);
}

/** OpenID Connect's scopes and Okta's own one for devices, which no administrator can take away. */
const systemScopes = [
  ...['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'device_sso'],
];

/** The claims of OpenID Connect that come with a scope. */
const systemClaims: Readonly<Record<string, readonly string[]>> = {
  profile: [
    ...['name', 'nickname', 'preferred_username', 'given_name', 'middle_name', 'family_name'],
    ...['profile', 'zoneinfo', 'locale', 'updated_at', 'website', 'picture', 'gender', 'birthdate'],
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

const subject = '(appuser != null) ? appuser.userName : app.clientId';

function addSystemClaims(resources: Resources, serverId: string): void {
  const add = (claim: Json) => {
    const body = claimTable.schema.parse({ ...claim, system: true });
    resources.add(claimTable, { parentId: serverId, body });
  };
  add({ name: 'sub', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: subject });
  for (const [scope, names] of Object.entries(systemClaims)) {
    for (const name of names) {
      const conditions = { scopes: [scope] };
      const claim = { name, claimType: 'IDENTITY', valueType: 'SYSTEM', conditions };
      add({ ...claim, alwaysIncludeInToken: name === 'preferred_username' });
    }
  }
}

/** What a new authorization server starts with. */
export function addServerDefaults(resources: Resources, serverId: string): void {
  addSystemClaims(resources, serverId);
  for (const name of systemScopes) {
    const body = scopeTable.schema.parse({
      name,
      system: true,
      metadataPublish: 'ALL_CLIENTS',
      description: 'A standard scope of OpenID Connect.',
    });
    resources.add(scopeTable, { parentId: serverId, body });
  }
}

function addDefaultServer(resources: Resources): void {
  const body = serverTable.schema.parse({
    name: 'default',
    description: 'Default Authorization Server for your Applications',
    audiences: ['api://default'],
    issuerMode: 'DYNAMIC',
  });
  resources.add(serverTable, { id: defaultServerId, body });
  addServerDefaults(resources, defaultServerId);
}

interface DefaultPolicy {
  readonly type: keyof typeof defaultPolicyIds & PolicyType;
  readonly name?: string;
  readonly description?: string;
  readonly conditions?: Json | null;
  readonly settings?: Json;
  readonly rule: { readonly name: string; readonly conditions?: Json; readonly actions: Json };
}

function addPolicy(resources: Resources, policy: DefaultPolicy): void {
  const { type, rule } = policy;
  const id = defaultPolicyIds[type];
  resources.add(policyTable, {
    id,
    body: {
      type,
      name: policy.name ?? defaultName,
      description: policy.description ?? defaultDescription,
      priority: 1,
      system: true,
      conditions: policy.conditions ?? null,
      ...(policy.settings !== undefined && { settings: { ...policy.settings } }),
    },
  });
  resources.add(ruleTable, {
    parentId: id,
    id: `${id.replace(/^.../, '0pr').slice(0, 19)}r`,
    body: {
      type: ruleTypes[type],
      name: rule.name,
      priority: type === 'ACCESS_POLICY' || type === 'PROFILE_ENROLLMENT' ? 99 : 1,
      system: true,
      conditions: rule.conditions ?? null,
      actions: { ...rule.actions },
    },
  });
}

const anywhere = { people: { users: { exclude: [] } }, network: { connection: 'ANYWHERE' } };

function addPasswordPolicy(resources: Resources, policy: PasswordPolicy): void {
  const access = (allowed: boolean) => ({ access: allowed ? 'ALLOW' : 'DENY' });
  const requirement = {
    primary: { methods: ['email'] },
    stepUp: { required: false },
    accessControl: 'LEGACY',
  };
  addPolicy(resources, {
    type: 'PASSWORD',
    conditions: { ...ofEveryone, authProvider: { provider: 'OKTA' } },
    settings: merged(passwordSettings(policy), { password: { breachedProtection } }),
    rule: {
      name: 'Default Rule',
      conditions: anywhere,
      actions: {
        passwordChange: access(policy.mayChange),
        selfServicePasswordReset: { ...access(policy.mayReset), requirement },
        selfServiceUnlock: access(policy.mayUnlock),
      },
    },
  });
}

const breachedProtection = { expireAfterDays: 0, logoutEnabled: true, delegatedWorkflowId: null };

const session = {
  usePersistentCookie: false,
  maxSessionIdleMinutes: 120,
  maxSessionLifetimeMinutes: 0,
};

function addSignOnPolicies(resources: Resources): void {
  const signon = {
    access: 'ALLOW',
    requireFactor: false,
    primaryFactor: 'PASSWORD_IDP_ANY_FACTOR',
    rememberDeviceByDefault: false,
    session,
  };
  addPolicy(resources, {
    type: 'OKTA_SIGN_ON',
    conditions: ofEveryone,
    rule: {
      name: 'Default Rule',
      conditions: { ...anywhere, authContext: { authType: 'ANY' } },
      actions: { signon },
    },
  });
  const verificationMethod = { factorMode: '2FA', type: 'ASSURANCE', reauthenticateIn: 'PT2H' };
  addPolicy(resources, {
    type: 'ACCESS_POLICY',
    name: 'Any two factors',
    description: 'Require two factors to access.',
    rule: {
      name: 'Catch-all Rule',
      actions: {
        appSignOn: {
          access: 'ALLOW',
          verificationMethod,
          keepMeSignedIn: { postAuth: 'NOT_ALLOWED' },
        },
      },
    },
  });
}

function addOtherPolicies(resources: Resources): void {
  const keys = ['okta_verify', 'google_otp', 'okta_email', 'phone_number'];
  addPolicy(resources, {
    type: 'MFA_ENROLL',
    conditions: ofEveryone,
    settings: {
      type: 'AUTHENTICATORS',
      authenticators: keys.map((key) => ({ key, enroll: { self: 'OPTIONAL' } })),
    },
    rule: {
      name: 'Default Rule',
      conditions: anywhere,
      actions: { enroll: { self: 'CHALLENGE' } },
    },
  });
  addPolicy(resources, {
    type: 'IDP_DISCOVERY',
    name: 'Idp Discovery Policy',
    description: 'The default IdP Discovery Policy',
    rule: { name: 'Default Rule', actions: { idp: { providers: [{ type: 'OKTA' }] } } },
  });
  addPolicy(resources, {
    type: 'PROFILE_ENROLLMENT',
    description: 'Default profile enrollment policy.',
    rule: {
      name: 'Catch-all Rule',
      actions: {
        profileEnrollment: {
          access: 'ALLOW',
          preRegistrationInlineHooks: null,
          profileAttributes: [{ name: 'email', label: 'Email', required: true }],
          targetGroupIds: null,
          unknownUserAction: 'DENY',
          activationRequirements: { emailVerification: true },
        },
      },
    },
  });
}
