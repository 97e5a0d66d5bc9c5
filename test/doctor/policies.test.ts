import { beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { startOkta } from '../embedded/start.ts';
import { type Break, breakOrg, type Send, sendTo, withApp } from './break-org.ts';
import { expectOnly, findingsOn, type Settings } from './examine.ts';

type Json = Readonly<Record<string, unknown>>;

let org: EmbeddedOkta;
let classic: EmbeddedOkta;
beforeAll(async () => {
  [org, classic] = await Promise.all([startOkta(), startOkta({ engine: 'classic' })]);
});

const send: Send = (method, path, body) => sendTo(org, method, path, body);
const broken: Break = (doing, undoing, settings) => breakOrg(org, doing, undoing, settings);
const clientId = () => org.seeded.apiClient.clientId;
const server = '/api/v1/authorizationServers/default';
const mfa = ['otp', 'oob'].map((kind) => `http://auth0.com/oauth/grant-type/mfa-${kind}`);
const authn: Settings = { okta: { logInFlow: 'authn' } };

interface Rule {
  readonly conditions: Readonly<Record<string, Json>>;
  readonly actions: { readonly token: Json };
}

/** The access rule that decides on log-ins. */
async function logInRule() {
  const policies = (await send('GET', `${server}/policies`)) as unknown as Json[];
  for (const policy of policies) {
    const rules = `${server}/policies/${policy['id']}/rules`;
    for (const rule of (await send('GET', rules)) as unknown as (Rule & Json)[]) {
      if (!JSON.stringify(rule.conditions['grantTypes']).includes('password')) continue;
      return { rules, path: `${rules}/${rule['id']}`, rule };
    }
  }
  throw new Error('No rule.');
}

/** What is found with this change of the rule. */
async function withRule(change: (rule: Rule) => object, settings?: Settings) {
  const { path, rule } = await logInRule();
  return broken(
    () => send('PUT', path, { ...rule, ...change(rule) }),
    () => send('PUT', path, rule),
    settings,
  );
}

const withScopes = (include: readonly string[]) =>
  withRule(({ conditions }) => ({ conditions: { ...conditions, scopes: { include } } }));
const withLifetimes = (lifetimes: Json) =>
  withRule(({ actions: { token } }) => ({ actions: { token: { ...token, ...lifetimes } } }));

describe('the app', () => {
  test('D09: the grant of the flow is not ticked', async () => {
    const password = await withApp(org, {
      grant_types: ['authorization_code', 'refresh_token', ...mfa],
    });
    expect(expectOnly(password, 'D09').message).toContain('does not have the grant password');
    const code = await withApp(org, { grant_types: ['password', 'refresh_token', ...mfa] }, authn);
    expect(expectOnly(code, 'D09').message).toContain('does not have the grant authorization_code');
  });

  test('D13: the app and a scope of it require consent', async () => {
    const scopes = (await send('GET', `${server}/scopes`)) as unknown as Json[];
    const email = scopes.find(({ name }) => name === 'email');
    const path = `${server}/scopes/${email?.['id']}`;
    await send('PUT', path, { ...email, consent: 'REQUIRED' });
    expectOnly(await withApp(org, { consent_method: 'REQUIRED' }), 'D13');
    // Okta asks for no consent on behalf of an app that it trusts.
    expect(await findingsOn(org)).toEqual([]);
    await send('PUT', path, email);
  });

  test('D16: no one is assigned', async () => {
    const groups = `/api/v1/apps/${clientId()}/groups`;
    const [group] = (await send('GET', groups)) as unknown as Json[];
    const findings = await broken(
      () => send('DELETE', `${groups}/${group?.['id']}`),
      () => send('PUT', `${groups}/${group?.['id']}`, {}),
    );
    expect(expectOnly(findings, 'D16').oktaSays).toContain('not assigned');
  });

  test('D16: new accounts would join a group that does not exist', async () => {
    const findings = await findingsOn(org, { okta: { signUpGroupIds: ['00gGone'] } });
    expect(expectOnly(findings, 'D16').message).toContain('00gGone');
  });

  test('D17: no grant for refresh tokens', async () => {
    expectOnly(await withApp(org, { grant_types: ['password', ...mfa] }), 'D17');
  });

  test.each([
    { rotation_type: 'STATIC', leeway: 0 },
    { rotation_type: 'ROTATE', leeway: 0 },
  ])('D18: refresh tokens with $rotation_type and a leeway of $leeway', async (refresh_token) => {
    expectOnly(await withApp(org, { refresh_token }), 'D18', 'warning');
  });
});

describe('the access policies of the authorization server', () => {
  test('D10: no policy is for the app', async () => {
    const { rules } = await logInRule();
    const path = rules.replace(/\/rules$/, '');
    const policy = await send('GET', path);
    const of = (client: string) => ({ conditions: { clients: { include: [client] } } });
    const findings = await broken(
      () => send('PUT', path, { ...policy, ...of('0oaOther') }),
      () => send('PUT', path, policy),
    );
    expectOnly(findings, 'D10');
  });

  test('D10: the rule is inactive, has another grant, or is for another group', async () => {
    const { path } = await logInRule();
    const inactive = await broken(
      () => send('POST', `${path}/lifecycle/deactivate`),
      () => send('POST', `${path}/lifecycle/activate`),
    );
    expectOnly(inactive, 'D10');
    const grant = await withRule(({ conditions }) => ({
      conditions: { ...conditions, grantTypes: { include: ['authorization_code', ...mfa] } },
    }));
    expect(expectOnly(grant, 'D10').message).toContain('allows the grant password');
    const group = await withRule(({ conditions }) => ({
      conditions: { ...conditions, people: { groups: { include: ['00gOther'] } } },
    }));
    expectOnly(group, 'D10');
  });

  test('D11: the only rule lacks a scope', async () => {
    const { message } = expectOnly(
      await withScopes(['openid', 'profile', 'offline_access']),
      'D11',
    );
    expect(message).toContain('lacks email');
  });

  test('D11: Okta passes over the first rule, for one with other lifetimes', async () => {
    const { rules, rule } = await logInRule();
    const { conditions, actions } = rule;
    let path = '';
    const narrow = {
      name: 'Short',
      priority: 1,
      conditions: { ...conditions, scopes: { include: ['openid', 'offline_access'] } },
      actions: { token: { ...actions.token, accessTokenLifetimeMinutes: 10 } },
    };
    const findings = await broken(
      async () => {
        path = `${rules}/${(await send('POST', rules, narrow))['id']}`;
      },
      () => send('DELETE', path),
    );
    expect(expectOnly(findings, 'D11', 'warning').message).toMatch(/"Short".*lacks profile, email/);
  });

  test('D12: a scope that the server does not have', async () => {
    const scopes = ['openid', 'profile', 'email', 'offline_access', 'loyalty'];
    const { message } = expectOnly(await findingsOn(org, { okta: { scopes } }), 'D12');
    expect(message).toContain('asks for loyalty,');
    expectOnly(await findingsOn(org, { okta: { ...authn.okta, scopes } }), 'D12');
  });

  test('D17: the rule lacks offline_access', async () => {
    const { message } = expectOnly(await withScopes(['openid', 'profile', 'email']), 'D17');
    expect(message).toContain('lacks the scope offline_access');
  });

  test('D19: refresh tokens end after a week', async () => {
    const unused = await withLifetimes({ refreshTokenWindowMinutes: 10_080 });
    expect(expectOnly(unused, 'D19', 'warning').message).toContain('7 days after their last use');
    const chain = await withLifetimes({
      refreshTokenLifetimeMinutes: 1440,
      refreshTokenWindowMinutes: 1440,
    });
    expect(expectOnly(chain, 'D19', 'warning').message).toContain('1 day after the log-in');
  });

  test('D20: access tokens live for a day, and no events come', async () => {
    expectOnly(await withLifetimes({ accessTokenLifetimeMinutes: 1440 }), 'D20', 'note');
  });
});

describe('sign-in policies', () => {
  /** A policy of the app, with one rule before its last one, which demands two factors. */
  async function withPolicy(rule: object, settings?: Settings) {
    const { id } = await send('POST', '/api/v1/policies', {
      type: 'ACCESS_POLICY',
      name: 'Strict',
    });
    const rules = `/api/v1/policies/${id}/rules`;
    await send('POST', rules, { type: 'ACCESS_POLICY', name: 'Ours', priority: 0, ...rule });
    const app = await send('GET', `/api/v1/apps/${clientId()}`);
    const links = app['_links'] as { readonly accessPolicy: { readonly href: string } };
    const before = links.accessPolicy.href.split('/').at(-1);
    const choose = (policy: unknown) =>
      send('PUT', `/api/v1/apps/${clientId()}/policies/${policy}`);
    const findings = await broken(
      () => choose(id),
      () => choose(before),
      settings,
    );
    await send('DELETE', `/api/v1/policies/${id}`);
    return findings;
  }

  const signOn = (verificationMethod: object, access = 'ALLOW') => ({
    actions: { appSignOn: { access, verificationMethod } },
  });
  const password = {
    type: 'ASSURANCE',
    factorMode: '1FA',
    constraints: [{ knowledge: { types: ['password'] } }],
  };
  const possession = {
    type: 'ASSURANCE',
    factorMode: '1FA',
    constraints: [{ possession: { deviceBound: 'REQUIRED' } }],
  };

  test.each([
    ['two factors', signOn({ type: 'ASSURANCE', factorMode: '2FA' })],
    ['a possession factor', signOn(possession)],
    ['a chain of methods', signOn({ type: 'AUTH_METHOD_CHAIN', chains: [] })],
    ['that nobody comes in', signOn(password, 'DENY')],
    // Customers in other networks meet the last rule.
    [
      'two factors but in one zone',
      { ...signOn(password), conditions: { network: { connection: 'ZONE', include: ['nzo1'] } } },
    ],
  ])('D14: the policy of the app demands %s', async (_, rule) => {
    expectOnly(await withPolicy(rule), 'D14');
  });

  test('D06: the same policy with the flow authn', async () => {
    const rule = signOn({ type: 'ASSURANCE', factorMode: '2FA' });
    expectOnly(await withPolicy(rule, authn), 'D06');
  });

  test('a rule for customers that a password satisfies is right, whatever the last one says', async () => {
    expect(await withPolicy(signOn(password))).toEqual([]);
    expect(await withPolicy(signOn(password), authn)).toEqual([]);
  });

  test('D14: a Classic org demands a second factor of everyone', async () => {
    const [policy] = (await sendTo(
      classic,
      'GET',
      '/api/v1/policies?type=OKTA_SIGN_ON',
    )) as unknown as Json[];
    const rules = `/api/v1/policies/${policy?.['id']}/rules`;
    const body = {
      type: 'SIGN_ON',
      name: 'Factor',
      priority: 1,
      actions: { signon: { access: 'ALLOW', requireFactor: true, factorPromptMode: 'ALWAYS' } },
    };
    let path = '';
    const make = async () => {
      path = `${rules}/${(await sendTo(classic, 'POST', rules, body))['id']}`;
    };
    const findings = await breakOrg(classic, make, async () => undefined);
    expect(expectOnly(findings, 'D14').oktaSays).toContain('MFA enabled');
    expect(await findingsOn(classic, authn)).toEqual([]);
    await sendTo(classic, 'DELETE', path);
    expect(await findingsOn(classic)).toEqual([]);
  });

  test('D15: the grants for second factors are missing in the app or in the rule', async () => {
    const app = await withApp(org, { grant_types: ['password', 'refresh_token'] });
    expect(expectOnly(app, 'D15', 'warning').message).toContain(`the app ${clientId()}`);
    const rule = await withRule(({ conditions }) => ({
      conditions: { ...conditions, grantTypes: { include: ['password', 'authorization_code'] } },
    }));
    expectOnly(rule, 'D15', 'warning');
  });
});
