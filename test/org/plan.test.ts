import { expect, test } from 'vitest';
import type { AdminApi, Json } from '../../src/org/admin-api.ts';
import { reconcile } from '../../src/org/plan.ts';
import { Conflict, type Resource } from '../../src/org/resource.ts';

/** The resources below ask nothing of it. */
const api: AdminApi = {
  orgUrl: 'https://acme.okta.com',
  get: async () => null,
  list: async () => [],
  firstPage: async () => [],
  send: async () => ({}),
};

function resource(current: Json | null, more: Partial<Resource> = {}) {
  const sent: Json[] = [];
  const one: Resource = {
    key: 'rule',
    kind: 'Rule',
    name: 'Log-in',
    parents: [],
    find: async () => (current === null ? null : { id: 'known', current }),
    wanted: () => ({ grants: ['password'], status: 'ACTIVE' }),
    async create(_, body) {
      sent.push(body);
      return 'new';
    },
    async update(_, _found, body) {
      sent.push(body);
    },
    ...more,
  };
  return { one, sent };
}

test('a change keeps what else the object has, and what else a list holds', async () => {
  const { one, sent } = resource({ grants: ['implicit'], status: 'ACTIVE', note: 'ours' });
  const { steps } = await reconcile([one], api, { apply: true });
  expect(steps[0]?.changes).toEqual([
    { path: 'grants', from: ['implicit'], to: ['implicit', 'password'] },
  ]);
  expect(sent).toEqual([{ grants: ['implicit', 'password'], status: 'ACTIVE', note: 'ours' }]);
});

test('a list of all scopes or of all clients has what is wanted, and stays as it is', async () => {
  for (const all of ['*', 'ALL_CLIENTS']) {
    const { one, sent } = resource({ grants: [all], status: 'INACTIVE' });
    const { steps } = await reconcile([one], api, { apply: true });
    expect(steps[0]?.changes.map(({ path }) => path)).toEqual(['status']);
    expect(sent).toEqual([{ grants: [all], status: 'ACTIVE' }]);
  }
});

test('what an operator may choose is set in a new object, and left alone afterwards', async () => {
  const initial = { minutes: 60 };
  const made = resource(null, { initial });
  await reconcile([made.one], api, { apply: true });
  expect(made.sent).toEqual([{ grants: ['password'], status: 'ACTIVE', minutes: 60 }]);

  const chosen = resource({ grants: ['password'], status: 'ACTIVE', minutes: 5 }, { initial });
  const { steps } = await reconcile([chosen.one], api, { apply: true });
  expect(steps[0]?.action).toBe('keep');
});

test('an object that Okta itself has made is never changed', async () => {
  const { one, sent } = resource({ grants: [], status: 'ACTIVE', system: true });
  await expect(reconcile([one], api, { apply: true })).rejects.toThrow(Conflict);
  expect(sent).toEqual([]);
});

test('a plan asks for nothing below what does not exist yet', async () => {
  const { one } = resource(null);
  const below = resource(
    { grants: ['password'], status: 'ACTIVE' },
    { key: 'x', parents: ['rule'] },
  );
  const { steps, ids } = await reconcile([one, below.one], api, { apply: false });
  expect(steps.map(({ action }) => action)).toEqual(['create', 'create']);
  expect([...ids]).toEqual([]);
});
