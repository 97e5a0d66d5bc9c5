import { beforeAll, describe, expect, test } from 'vitest';
import { checks } from '../../src/doctor/checks.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { hookEvents } from '../../src/org/description.ts';
import { startOkta } from '../embedded/start.ts';
import { type Break, breakOrg, type Send, sendTo } from './break-org.ts';
import { examineOn, expectOnly, findingsOn, patientOn, type Settings } from './examine.ts';

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

test('D39: a customized mail leads to the page of Okta', async () => {
  const [brand] = await list('/api/v1/brands');
  const path = `/api/v1/brands/${brand?.['id']}/templates/email/ForgotPassword/customizations`;
  const mail = (body: string) => ({ language: 'en', isDefault: true, subject: 'Reset', body });
  const withMail = async (body: string) => {
    let id: unknown;
    return broken(
      async () => {
        id = (await send('POST', path, mail(body)))['id'];
      },
      () => send('DELETE', `${path}/${id}`),
    );
  };
  const link = '$' + '{resetPasswordLink}';
  const token = '$' + '{recoveryToken}';
  expectOnly(await withMail(`<a href="${link}">Reset</a>`), 'D39', 'warning');
  const own = `<a href="https://shop.example.com/reset#${token}">Reset</a><i hidden>${link}</i>`;
  expect(await withMail(own)).toEqual([]);
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

  test('D42: an attribute is required that signUp does not know', async () => {
    const strict = await startOkta({
      seed: { customAttributes: { tier: { title: 'Tier', type: 'string', required: true } } },
    });
    const found = expectOnly(await findingsOn(strict), 'D42', 'warning');
    expect(found.message).toContain('tier');
    expect(found.call).toBe(`POST ${path}`);
  });
});

test('D43: logins have to match a pattern', async () => {
  const patient = patientOn(org);
  const { admin } = patient;
  if (admin === null) throw new Error('No admin token.');
  // The embedded org has the one schema.
  const properties = { login: { type: 'string', pattern: '[a-z]+' } };
  const schema = { definitions: { base: { properties } } };
  const strict = { ...patient, admin: { ...admin, get: async () => schema } };
  const check = checks.find(({ code }) => code === 'D43');
  const [found] = (await check?.look(strict)) ?? [];
  expect(found).toMatchObject({ code: 'D43', severity: 'warning' });
  expect(await check?.look(patient)).toEqual([]);
  await patient.probes.close();
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
  test('D30: the API token is of a super administrator', async () => {
    const token = org.seeded.apiToken;
    const { apiClient } = org.seeded;
    const findings = await findingsOn(org, {
      secrets: {
        okta: {
          clientAuthentication: {
            method: 'client_secret_basic',
            secret: apiClient.clientSecret,
          },
          management: { method: 'ssws', apiToken: token },
        },
      },
    });
    expectOnly(findings, 'D30', 'warning');
  });

  test('D31: the limit per client is enforced at /authorize', async () => {
    const limits = '/api/v1/rate-limit-settings/per-client';
    const findings = await changed(limits, () => ({ defaultMode: 'ENFORCE' }), {
      okta: { logInFlow: 'authn' },
    });
    expectOnly(findings, 'D31', 'warning');
  });

  test('D32: no zone trusts this API, in production', async () => {
    const production: Settings = { config: { production: true } };
    // The org of `npm start` trusts this machine.
    const [trusting] = await list('/api/v1/zones');
    await send('POST', `/api/v1/zones/${trusting?.['id']}/lifecycle/deactivate`);
    expectOnly(await findingsOn(org, production), 'D32', 'warning');
    const zone = {
      type: 'IP',
      name: 'Egress',
      usage: 'POLICY',
      gateways: [],
      proxies: [{ type: 'CIDR', value: '203.0.113.7/32' }],
    };
    const { id } = await send('POST', '/api/v1/zones', zone);
    expect(await findingsOn(org, production)).toEqual([]);
    await send('POST', `/api/v1/zones/${id}/lifecycle/deactivate`);
    await send('DELETE', `/api/v1/zones/${id}`);
    await send('POST', `/api/v1/zones/${trusting?.['id']}/lifecycle/activate`);
  });
});
