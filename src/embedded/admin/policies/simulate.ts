import type { Hono } from 'hono';
import { z } from 'zod';
import { type EmbeddedEnv, notFound, readJson } from '../../http/responses.ts';
import { requireManagement } from '../../oauth/management-auth.ts';
import type { Org } from '../../org.ts';
import { appTable } from '../../settings/apps.ts';
import { defaultPolicyIds } from '../../settings/default-org.ts';
import { type PolicyType, policyFor, policyTable, ruleFor } from '../../settings/policies.ts';
import type { UserEntity } from '../../store/entities.ts';
import { readBody } from '../rest/bodies.ts';
import type { Json } from '../rest/json.ts';

const simulated = ['OKTA_SIGN_ON', 'MFA_ENROLL', 'PROFILE_ENROLLMENT', 'ACCESS_POLICY'] as const;

const request = z.object({
  appInstance: z.string(),
  policyContext: z
    .object({
      user: z.object({ id: z.string() }).optional(),
      groups: z.object({ ids: z.array(z.string()) }).optional(),
    })
    .optional(),
  policyTypes: z.array(z.enum(simulated)).default([...simulated]),
});

type Person = Pick<UserEntity, 'id' | 'groupIds'>;

/** `POST /api/v1/policies/simulate`: which policies and rules a sign-in would meet, by app, user and groups alone. */
export function serveSimulation(app: Hono<EmbeddedEnv>, org: Org): void {
  app.post('/api/v1/policies/simulate', requireManagement(org, 'policies'), async (c) => {
    const { appInstance, policyContext, policyTypes } = readBody(request, await readJson(c));
    if (!org.store.resources.of(appTable).has(appInstance)) {
      throw notFound(appInstance, 'AppInstance');
    }
    const userId = policyContext?.user?.id;
    const user = org.store.users.get(userId ?? '');
    if (userId !== undefined && user === undefined) throw notFound(userId, 'User');
    const groupIds = [...(user?.groupIds ?? []), ...(policyContext?.groups?.ids ?? [])];
    const person: Person = { id: userId ?? '', groupIds };
    return c.json(policyTypes.map((type) => evaluation(org, { type, appInstance, person })));
  });
}

interface Simulation {
  readonly type: PolicyType;
  readonly appInstance: string;
  readonly person: Person;
}

function evaluation(org: Org, simulation: Simulation): Json {
  const { resources } = org.store;
  const policy = policyOf(org, simulation);
  const rule = policy === null ? null : ruleFor(resources, policy.id, simulation.person);
  const status = rule === null ? 'NOT_MATCH' : 'MATCH';
  const named = (id: string, name: string) => ({ id, name, status, conditions: [] });
  const rules = rule === null ? [] : [named(rule.id, rule.body.name)];
  const policies = policy === null ? [] : [{ ...named(policy.id, policy.body.name), rules }];
  return {
    policyType: [simulation.type],
    status,
    result: { policies },
    evaluated: { policies: [] },
    undefined: { policies: [] },
  };
}

function policyOf({ store: { resources } }: Org, { type, appInstance, person }: Simulation) {
  if (type !== 'ACCESS_POLICY') return policyFor(resources, type, person);
  const own = resources.of(appTable).get(appInstance)?.body.accessPolicyId;
  return resources.of(policyTable).get(own ?? defaultPolicyIds.ACCESS_POLICY) ?? null;
}
