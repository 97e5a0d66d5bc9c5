import { z } from 'zod';
import type { ClientEntity } from '../store/oauth-settings.ts';
import type { Resources } from '../store/resources.ts';
import { defaultPolicyIds } from './default-org.ts';
import { type Person, policyFor, policyTable, ruleFor } from './policies.ts';

/** What a sign-in with a right password still needs. */
export type Demand = 'DENIED' | 'PASSWORD_ONLY' | 'TWO_FACTORS';

const appSignOn = z.object({
  appSignOn: z.object({
    access: z.enum(['ALLOW', 'DENY']).default('ALLOW'),
    verificationMethod: z
      .object({ type: z.string().optional(), factorMode: z.enum(['1FA', '2FA']).optional() })
      .loose()
      .optional(),
  }),
});

/** By the authentication policy of an app, which the Identity Engine asks; without one, the default one. */
export function demandOfApp(
  resources: Resources,
  { accessPolicyId }: ClientEntity,
  user: Person,
): Demand {
  const own = resources.of(policyTable).get(accessPolicyId ?? '');
  const policyId = own?.status === 'ACTIVE' ? own.id : defaultPolicyIds.ACCESS_POLICY;
  const rule = ruleFor(resources, policyId, user);
  const action = appSignOn.safeParse(rule?.body.actions).data?.appSignOn;
  if (action === undefined || action.access === 'DENY') return 'DENIED';
  const { type, factorMode } = action.verificationMethod ?? {};
  return type === 'AUTH_METHOD_CHAIN' || factorMode === '2FA' ? 'TWO_FACTORS' : 'PASSWORD_ONLY';
}

const signOn = z.object({
  signon: z.object({
    access: z.enum(['ALLOW', 'DENY', 'CHALLENGE']).default('ALLOW'),
    requireFactor: z.boolean().default(false),
  }),
});

/** By the global session policy, which /api/v1/authn asks. */
export function demandOfOrg(resources: Resources, user: Person): Demand {
  const policy = policyFor(resources, 'OKTA_SIGN_ON', user);
  const rule = policy === null ? null : ruleFor(resources, policy.id, user);
  const action = signOn.safeParse(rule?.body.actions).data?.signon;
  if (action === undefined || action.access === 'DENY') return 'DENIED';
  return action.requireFactor ? 'TWO_FACTORS' : 'PASSWORD_ONLY';
}
