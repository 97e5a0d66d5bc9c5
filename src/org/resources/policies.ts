import type { AdminApi, Json } from '../admin-api.ts';
import type { OrgDescription } from '../description.ts';
import { type Ids, idIn, idOf, only, type Resource } from '../resource.ts';
import { replaceActive } from './replace-active.ts';

/** On Identity Engine: the app asks for a password and nothing else. */
export function signInPolicy({ signInPolicy: policy }: OrgDescription): readonly Resource[] {
  if (policy === null) return [];
  const { name, rule } = policy;
  return [
    policyResource('signInPolicy', 'Sign-in policy', name, () => ({
      type: 'ACCESS_POLICY',
      name,
      status: 'ACTIVE',
    })),
    ruleResource('signInPolicy', 'Sign-in policy rule', rule, {
      type: 'ACCESS_POLICY',
      name: rule,
      status: 'ACTIVE',
      actions: {
        appSignOn: {
          access: 'ALLOW',
          verificationMethod: {
            type: 'ASSURANCE',
            factorMode: '1FA',
            reauthenticateIn: 'PT0S',
            constraints: [{ knowledge: { types: ['password'] } }],
          },
        },
      },
    }),
    policyOfApp(name),
  ];
}

/** Of customers alone: no default policy is changed. */
export function passwordPolicy({
  passwordPolicy: policy,
  engine,
}: OrgDescription): readonly Resource[] {
  const { name, rule, lockoutAttempts, autoUnlockMinutes } = policy;
  return [
    {
      ...policyResource('passwordPolicy', 'Password policy', name, (ids) => ({
        type: 'PASSWORD',
        name,
        status: 'ACTIVE',
        conditions: { people: { groups: { include: [idOf(ids, 'group')] } } },
        settings: {
          password: {
            age: { minAgeMinutes: 0 },
            lockout: { showLockoutFailures: false },
          },
          recovery: {
            factors: {
              okta_email: { status: 'ACTIVE' },
              recovery_question: { status: 'INACTIVE' },
            },
          },
        },
      })),
      initial: {
        settings: {
          password: { lockout: { maxAttempts: lockoutAttempts, autoUnlockMinutes } },
        },
      },
    },
    ruleResource('passwordPolicy', 'Password policy rule', rule, {
      type: 'PASSWORD',
      name: rule,
      status: 'ACTIVE',
      actions: {
        passwordChange: { access: 'ALLOW' },
        selfServicePasswordReset: {
          access: 'ALLOW',
          ...(engine === 'identity' && { requirement: recoveryByEmail }),
        },
        selfServiceUnlock: { access: 'ALLOW' },
      },
    }),
  ];
}

/** With AUTH_POLICY or a step-up, Identity Engine refuses recovery by the Authentication API. */
const recoveryByEmail = {
  accessControl: 'LEGACY',
  primary: { methods: ['email'] },
  stepUp: { required: false },
};

type Policy = 'signInPolicy' | 'passwordPolicy';

function policyResource(
  key: Policy,
  kind: string,
  name: string,
  wanted: (ids: Ids) => Json,
): Resource {
  return {
    key,
    kind,
    name,
    parents: [],
    async find(api, ids) {
      const policies = await api.list(`/api/v1/policies?type=${wanted(ids)['type']}`);
      return only(policies, (policy) => policy['name'] === name, `policy "${name}"`);
    },
    wanted,
    create: async (api, body) => idIn(await api.send('POST', '/api/v1/policies', body)),
    update: (api, found, body) =>
      replaceActive(api, `/api/v1/policies/${found.id}`, { found, body }),
  };
}

function ruleResource(policy: Policy, kind: string, name: string, wanted: Json): Resource {
  const path = (ids: Ids) => `/api/v1/policies/${idOf(ids, policy)}/rules`;
  return {
    key: `${policy}.rule`,
    kind,
    name,
    parents: [policy],
    async find(api, ids) {
      const rules = await api.list(path(ids));
      return only(rules, (rule) => rule['name'] === name, `rule "${name}"`);
    },
    wanted: () => wanted,
    create: async (api, body, ids) =>
      idIn(await api.send('POST', path(ids), { ...body, priority: 1 })),
    update: (api, found, body, ids) =>
      replaceActive(api, `${path(ids)}/${found.id}`, { found, body }),
  };
}

/** Each app has one sign-in policy; a new app has the default one of the org. */
function policyOfApp(name: string): Resource {
  return {
    key: 'customerApp.signInPolicy',
    kind: 'Sign-in policy of the app',
    name,
    parents: ['customerApp', 'signInPolicy'],
    async find(api, ids) {
      const id = await linkedPolicy(api, idOf(ids, 'customerApp'));
      return id === idOf(ids, 'signInPolicy') ? { id, current: {} } : null;
    },
    wanted: () => ({}),
    async create(api, _, ids) {
      const policy = idOf(ids, 'signInPolicy');
      await api.send('PUT', `/api/v1/apps/${idOf(ids, 'customerApp')}/policies/${policy}`);
      return policy;
    },
  };
}

/** @returns the id of the app's sign-in policy; null on Classic */
async function linkedPolicy(api: AdminApi, appId: string): Promise<string | null> {
  const app = await api.get(`/api/v1/apps/${appId}`);
  const links = app?.['_links'] as { accessPolicy?: { href?: string } } | undefined;
  return links?.accessPolicy?.href?.split('/').at(-1) ?? null;
}
