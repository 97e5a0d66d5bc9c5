import { beforeAll, describe, expect, test } from 'vitest';
import { claimChecks } from '../../src/doctor/checks/claims.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { hookEvents } from '../../src/org/event-hook.ts';
import { startOkta } from '../embedded/start.ts';
import { type Break, breakOrg, type Send, sendTo } from './break-org.ts';
import { examineOn, expectOnly, findingsOn, type Settings } from './examine.ts';

type Json = Readonly<Record<string, unknown>>;

let org: EmbeddedOkta;
beforeAll(async () => {
  org = await startOkta();
});

const send: Send = (method, path, body) => sendTo(org, method, path, body);
const list = async (path: string) => (await send('GET', path)) as unknown as readonly Json[];
const broken: Break = (doing, undoing, settings) => breakOrg(org, doing, undoing, settings);

/** What is found after this change of an object, which is taken back. */
async function changed(path: string, change: (json: Json) => object, settings?: Settings) {
  const before = await send('GET', path);
  return broken(
    () => send('PUT', path, change(before)),
    () => send('PUT', path, before),
    settings,
  );
}

test('every check looks at the org, and finds nothing wrong', async () => {
  const examined = await examineOn(org);
  expect(examined.filter(({ notLooked }) => notLooked !== null)).toEqual([]);
  expect(examined.flatMap(({ findings }) => findings)).toEqual([]);
});

describe('mails', () => {
  const link = '$' + '{resetPasswordLink}';
  const token = '$' + '{recoveryToken}';
  const of = async (mail: string) => {
    const [brand] = await list('/api/v1/brands');
    return `/api/v1/brands/${brand?.['id']}/templates/email/${mail}/customizations`;
  };
  const mail = (body: string, language = 'en') => ({
    language,
    isDefault: language === 'en',
    subject: 'Hello',
    body,
  });

  /** What is found with another body of the mail. */
  async function withBody(template: string, body: string) {
    const path = await of(template);
    const [made] = await list(path);
    return broken(
      () => send('PUT', `${path}/${made?.['id']}`, mail(body)),
      () => send('PUT', `${path}/${made?.['id']}`, made),
    );
  }

  test("D39: a mail is Okta's own, or leads to Okta's page", async () => {
    const path = await of('SelfServiceUnlockOnUnlockedAccount');
    const [made] = await list(path);
    const untouched = await broken(
      () => send('DELETE', path),
      () => send('POST', path, made),
    );
    const { message } = expectOnly(untouched, 'D39');
    expect(message).toContain('The mails SelfServiceUnlockOnUnlockedAccount are');
    const bare = expectOnly(await withBody('ForgotPassword', `<a href="${link}">Reset</a>`), 'D39');
    expect(bare.message).toContain('ForgotPassword (en)');
    expectOnly(await withBody('ForgotPassword', `Open ${link}`), 'D39');
    const home = '<a href="$' + '{baseURL}">Log in</a>';
    expectOnly(await withBody('SelfServiceUnlockOnUnlockedAccount', home), 'D39');
  });

  test('D39: a link with the token leads to the shop, and so does a code', async () => {
    const own = `<a href="https://shop.example.com/reset#${token}">Reset</a><i hidden>${link}</i>`;
    expect(await withBody('ForgotPassword', own)).toEqual([]);
    expect(
      await withBody('ForgotPassword', `Code: ${token}. <a href="${link}">Or here</a>`),
    ).toEqual([]);
  });

  test('D39: the mails that count are those of the brand of the host', async () => {
    const { id } = await send('POST', '/api/v1/brands', { name: 'Another shop' });
    expect(await findingsOn(org)).toEqual([]);
    await send('DELETE', `/api/v1/brands/${id}`);
  });

  test('D40: a customized mail lacks a language of the others, or of the customers', async () => {
    const path = await of('ForgotPassword');
    let id: unknown;
    const found = await broken(
      async () => {
        id = (await send('POST', path, mail(`${token} ${link}`, 'pt-BR')))['id'];
      },
      () => send('DELETE', `${path}/${id}`),
    );
    expect(found.map(({ code, severity, message }) => [code, severity, message])).toEqual(
      ['UserActivation', 'SelfServiceUnlock', 'SelfServiceUnlockOnUnlockedAccount'].map((name) => [
        'D40',
        'warning',
        `The customized mail ${name} has no translation for pt.`,
      ]),
    );
    const login = 'marie@example.com';
    const profile = { login, email: login, firstName: 'Marie', lastName: 'Curie' };
    const user = await send('POST', '/api/v1/users?activate=false', {
      profile: { ...profile, preferredLanguage: 'fr' },
    });
    const missing = (await findingsOn(org)).map(({ code, message }) => [code, message.slice(-10)]);
    expect(missing).toEqual(Array(4).fill(['D40', 'on for fr.']));
    for (let times = 0; times < 2; times += 1) await send('DELETE', `/api/v1/users/${user['id']}`);
  });
});

describe('D45: the groups claim', () => {
  const claims = '/api/v1/authorizationServers/default/claims';
  const groups = (claimType: 'IDENTITY' | 'RESOURCE', scopes: readonly string[] = []) => ({
    name: 'groups',
    claimType,
    valueType: 'GROUPS',
    value: '.*',
    group_filter_type: 'REGEX',
    status: 'ACTIVE',
    conditions: { scopes },
  });
  const withClaims = async (...bodies: readonly object[]) => {
    const ids: unknown[] = [];
    return broken(
      async () => {
        for (const body of bodies) ids.push((await send('POST', claims, body))['id']);
      },
      () => Promise.all(ids.map((id) => send('DELETE', `${claims}/${id}`))),
    );
  };

  test('is in ID tokens alone, or comes with a scope that no log-in asks for', async () => {
    const identity = expectOnly(await withClaims(groups('IDENTITY')), 'D45', 'warning');
    expect(identity.message).toContain('for ID tokens alone');
    const scoped = await withClaims(groups('RESOURCE', ['address']));
    expect(expectOnly(scoped, 'D45', 'warning').message).toContain('needs address');
    const inactive = await withClaims({ ...groups('RESOURCE'), status: 'INACTIVE' });
    expect(expectOnly(inactive, 'D45', 'warning').message).toContain('is inactive');
  });

  test('is missing although OKTA_SCOPES asks for it', async () => {
    const scopes = '/api/v1/authorizationServers/default/scopes';
    const { id } = await send('POST', scopes, { name: 'groups', consent: 'IMPLICIT' });
    const asked = ['openid', 'profile', 'email', 'offline_access', 'groups'];
    const examined = await examineOn(org, { okta: { scopes: asked } }, claimChecks);
    const findings = examined.flatMap((one) => one.findings);
    expect(expectOnly(findings, 'D45', 'warning').message).toContain(
      'the server has no such claim',
    );
    await send('DELETE', `${scopes}/${id}`);
  });

  test('is in access tokens', async () => {
    expect(await withClaims(groups('IDENTITY'), groups('RESOURCE'))).toEqual([]);
    expect(await withClaims(groups('RESOURCE', ['address', 'profile']))).toEqual([]);
  });
});

describe('D41: the event hook', () => {
  const secret: Settings = { secrets: { hookSecrets: ['0123456789abcdef'] } };
  const hook = {
    name: 'Account API',
    events: { type: 'EVENT_TYPE', items: [...hookEvents] },
    channel: {
      type: 'HTTP',
      version: '1.0.0',
      config: {
        uri: 'http://127.0.0.1:1/hooks/okta',
        authScheme: { type: 'HEADER', key: 'Authorization', value: 'secret' },
      },
    },
  };

  test('is missing, or is not verified', async () => {
    expect(await findingsOn(org)).toEqual([]);
    expectOnly(await findingsOn(org, secret), 'D41', 'note');
    const { id } = await send('POST', '/api/v1/eventHooks', hook);
    const found = expectOnly(await findingsOn(org, secret), 'D41', 'warning');
    expect(found.call).toBe(`POST /api/v1/eventHooks/${id}/lifecycle/verify`);
    await send('POST', `/api/v1/eventHooks/${id}/lifecycle/deactivate`);
    await send('DELETE', `/api/v1/eventHooks/${id}`);
  });
});

describe('the profile schema', () => {
  const path = '/api/v1/meta/schemas/user/default';
  const part = (name: string, properties: object) => ({ definitions: { [name]: { properties } } });

  test('D42: an attribute is required that signUp cannot give', async () => {
    const tier = { title: 'Tier', type: 'string', required: true };
    const doing = () => send('POST', path, part('custom', { tier }));
    const undoing = () => send('POST', path, part('custom', { tier: null }));
    const found = expectOnly(await broken(doing, undoing), 'D42');
    expect(found.message).toContain('tier');
    expect(found.call).toBe(`POST ${path}`);
    const signUpAttributes = ['tier'];
    expect(await broken(doing, undoing, { signUpAttributes })).toEqual([]);
    expect(await findingsOn(org)).toEqual([]);
  });

  test('D43: logins have to match a pattern', async () => {
    const login = (pattern: string | null) =>
      send('POST', path, part('base', { login: { pattern } }));
    const found = await broken(
      () => login('[a-z]+'),
      () => login(null),
    );
    expect(expectOnly(found, 'D43', 'warning').message).toContain('[a-z]+');
    const any = await broken(
      () => login('.+'),
      () => login(null),
    );
    expect(any).toEqual([]);
  });
});

describe('settings of the whole org', () => {
  test('D44: direct authentication is turned off', async () => {
    const features = await list('/api/v1/features');
    const direct = features.find(({ name }) => name === 'Direct Authentication');
    const found = await broken(
      () => send('POST', `/api/v1/features/${direct?.['id']}/disable`),
      () => send('POST', `/api/v1/features/${direct?.['id']}/enable`),
    );
    expectOnly(found, 'D44', 'warning');
  });
});

describe('the network and rate limits', () => {
  describe('D30: the management credential', () => {
    const limits = '/api/v1/principal-rate-limits';
    const ssws = (): Settings => ({
      secrets: {
        okta: {
          clientAuthentication: {
            method: 'client_secret_basic',
            secret: org.seeded.apiClient.clientSecret,
          },
          management: { method: 'ssws', apiToken: org.seeded.apiToken },
        },
      },
    });

    test('is a token of a super administrator, with half of each rate limit', async () => {
      const { message } = expectOnly(await findingsOn(org, ssws()), 'D30', 'warning');
      expect(message).toContain('super administrator, and may use 50 % of each');
      const [token] = await list('/api/v1/api-tokens');
      await send('POST', limits, {
        principalId: token?.['id'],
        principalType: 'SSWS_TOKEN',
        defaultPercentage: 90,
      });
      const raised = expectOnly(await findingsOn(org, ssws()), 'D30', 'warning');
      expect(raised.message).toMatch(/super administrator\.$/);
    });

    test('is a service app with less of each rate limit than Okta gives by default', async () => {
      const principal = {
        principalId: org.seeded.managementApp.clientId,
        principalType: 'OAUTH_CLIENT',
      };
      const { id } = await send('POST', limits, { ...principal, defaultPercentage: 10 });
      const { message } = expectOnly(await findingsOn(org), 'D30', 'warning');
      expect(message).toContain('may use 10 % of each');
      await send('PUT', `${limits}/${id}`, { ...principal, defaultPercentage: 60 });
      expect(await findingsOn(org)).toEqual([]);
    });
  });

  test('D31: the limit per client is enforced at /authorize', async () => {
    const limits = '/api/v1/rate-limit-settings/per-client';
    const findings = await changed(limits, () => ({ defaultMode: 'ENFORCE' }), {
      okta: { logInFlow: 'authn' },
    });
    expectOnly(findings, 'D31', 'warning');
  });

  test('D32: Okta takes all shoppers for this machine, by its configuration or by its System Log', async () => {
    const production: Settings = { config: { production: true } };
    expect(await findingsOn(org, production)).toEqual([]);
    // The org of `npm start` trusts this machine.
    const [trusting] = await list('/api/v1/zones');
    await send('POST', `/api/v1/zones/${trusting?.['id']}/lifecycle/deactivate`);
    const none = expectOnly(await findingsOn(org, production), 'D32', 'warning');
    expect(none.message).toBe('No network zone of the org has a trusted proxy.');

    const zone = (proxy: string) => ({
      type: 'IP',
      name: 'Egress',
      usage: 'POLICY',
      gateways: [],
      proxies: [{ type: 'CIDR', value: proxy }],
    });
    const { id } = await send('POST', '/api/v1/zones', zone('198.51.100.4/32'));
    const other = expectOnly(await findingsOn(org, production), 'D32', 'warning');
    expect(other.message).toContain('a call for 203.0.113.7 under 127.0.0.1');
    await send('PUT', `/api/v1/zones/${id}`, zone('127.0.0.1/32'));
    expect(await findingsOn(org, production)).toEqual([]);

    await send('POST', `/api/v1/zones/${id}/lifecycle/deactivate`);
    await send('DELETE', `/api/v1/zones/${id}`);
    await send('POST', `/api/v1/zones/${trusting?.['id']}/lifecycle/activate`);
  });
});
