import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import {
  PasswordRejected,
  ProviderMisconfigured,
  RateLimited,
  UpstreamUnavailable,
} from '../../../src/identity/errors.ts';
import { startOkta } from '../../embedded/start.ts';
import { serviceApp } from '../embedded-config.ts';
import { startRawServer } from '../http/raw-server.ts';
import { callContext, newUser, providerOn } from '../start.ts';

const context = callContext();
const everyone = '00gEveryone000000001';
const shoppers = '00gShoppers000000001';

interface Given {
  readonly minLength: number;
  readonly groups: readonly string[];
  readonly priority: number;
  readonly system?: boolean;
  readonly status?: string;
  readonly provider?: string;
  readonly complexity?: object;
}

const policy = ({ minLength, groups, priority, system, status, provider, complexity }: Given) => ({
  type: 'PASSWORD',
  id: '00p00000000000000001',
  name: 'Policy',
  status: status ?? 'ACTIVE',
  priority,
  system: system ?? false,
  conditions: {
    people: { groups: { include: groups } },
    authProvider: { provider: provider ?? 'OKTA' },
  },
  settings: { password: { complexity: { minLength, ...complexity }, age: {} } },
});
const fallback = policy({ minLength: 8, groups: [everyone], priority: 9, system: true });

let okta: EmbeddedOkta;
let clock = Date.now();
const now = () => clock;
beforeAll(async () => {
  okta = await startOkta({ now });
});
afterEach(() => okta.reset());

const reads = () => okta.requests.all().filter(({ path }) => path === '/api/v1/policies').length;
const answer = (policies: readonly object[]) =>
  okta.fail({
    path: '/api/v1/policies',
    fault: {
      kind: 'answer',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(policies),
    },
  });

describe('the password policy', () => {
  it('is what the org says', async () => {
    const { provider, calls } = providerOn(okta, { management: serviceApp(okta) }, now);
    expect(await provider.passwordPolicy(context)).toEqual({
      minLength: 8,
      maxLength: 72,
      minLowerCase: 1,
      minUpperCase: 1,
      minNumber: 1,
      minSymbol: 0,
      maxRepeats: null,
      excludesLogin: true,
      excludesFirstName: false,
      excludesLastName: false,
      excludesCommon: false,
      historyCount: 4,
      minAgeMinutes: 0,
      maxAgeDays: 0,
    });
    expect(calls.map(({ endpoint }) => endpoint)).toEqual([
      'token/client_credentials',
      'policies/list',
    ]);
  });

  it.each([
    ['is the default where no other is for new customers', [], 8, []],
    [
      'is the first by priority that is for a group which they join',
      [
        policy({ minLength: 12, groups: [shoppers], priority: 2 }),
        policy({ minLength: 10, groups: [shoppers, 'x'], priority: 1 }),
      ],
      10,
      [shoppers],
    ],
    [
      'is not one for other groups',
      [policy({ minLength: 12, groups: [shoppers], priority: 1 })],
      8,
      [],
    ],
    ['is one for everyone', [policy({ minLength: 12, groups: [everyone], priority: 1 })], 12, []],
    [
      'is no inactive one, and none for accounts of a directory',
      [
        policy({ minLength: 12, groups: [everyone], priority: 1, status: 'INACTIVE' }),
        policy({ minLength: 13, groups: [everyone], priority: 2, provider: 'ACTIVE_DIRECTORY' }),
      ],
      8,
      [],
    ],
  ] as const)('%s', async (_, policies, minLength, signUpGroupIds) => {
    answer([fallback, ...policies]);
    const { provider } = providerOn(okta, { signUpGroupIds }, now);
    expect(await provider.passwordPolicy(context)).toMatchObject({ minLength });
  });

  it('has every rule of Okta, those that it leaves open included', async () => {
    const complexity = {
      minNumber: null,
      maxConsecutiveCharacters: 3,
      excludeUsername: false,
      excludeAttributes: ['firstName', 'lastName'],
      dictionary: { common: { exclude: true } },
    };
    answer([policy({ minLength: 9, groups: [], priority: 1, system: true, complexity })]);
    const { provider } = providerOn(okta, {}, now);
    expect(await provider.passwordPolicy(context)).toMatchObject({
      minLength: 9,
      minNumber: 0,
      maxRepeats: 3,
      excludesLogin: false,
      excludesFirstName: true,
      excludesLastName: true,
      excludesCommon: true,
    });
  });

  it('is read once for all who ask, and again after five minutes', async () => {
    const { provider } = providerOn(okta, {}, now);
    await Promise.all(Array.from({ length: 20 }, () => provider.passwordPolicy(context)));
    clock += 4.9 * 60_000;
    await provider.passwordPolicy(context);
    expect(reads()).toBe(1);
    clock += 0.2 * 60_000;
    await provider.passwordPolicy(context);
    await expect.poll(reads).toBe(2);
  });

  it('goes on while it is read again, and for no more than ten minutes', async () => {
    const { provider } = providerOn(okta, {}, now);
    const minLength = async () => (await provider.passwordPolicy(context)).minLength;
    expect(await minLength()).toBe(8);
    answer([policy({ minLength: 12, groups: [], priority: 1, system: true })]);
    clock += 6 * 60_000;
    expect(await minLength()).toBe(8);
    await expect.poll(minLength).toBe(12);
    clock += 11 * 60_000;
    await okta.reset();
    expect(await minLength()).toBe(8);
  });

  it('keeps no caller waiting for an Okta that does not answer', async () => {
    const { provider } = providerOn(okta, { callTimeoutMs: 200 }, now);
    await provider.passwordPolicy(context);
    clock += 11 * 60_000;
    okta.fail({ path: '/api/v1/policies', fault: { kind: 'hang' } });
    await provider.passwordPolicy(context);
    clock += 10_000;
    const begun = performance.now();
    await provider.passwordPolicy(context);
    expect(performance.now() - begun).toBeLessThan(100);
    await expect.poll(reads).toBe(3);
  });

  it('is not asked for again before the time that Okta names', async () => {
    const { provider } = providerOn(okta, {}, now);
    const body = JSON.stringify({ errorCode: 'E0000047', errorSummary: 's' });
    const headers = {
      date: new Date(clock).toUTCString(),
      'x-rate-limit-limit': '10',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(Math.floor(clock / 1000) + 30),
    };
    const fault = { kind: 'answer', status: 429, headers, body } as const;
    okta.fail({ path: '/api/v1/policies', fault });
    const refused = () =>
      expect(provider.passwordPolicy(context)).rejects.toBeInstanceOf(RateLimited);
    await refused();
    clock += 25_000;
    await refused();
    expect(reads()).toBe(1);
    clock += 7_000;
    await refused();
    expect(reads()).toBe(2);
  });

  it('goes on during an outage, and only once it was read', async () => {
    const { provider } = providerOn(okta, {}, now);
    const fail = () =>
      okta.fail({ path: '/api/v1/policies', fault: { kind: 'answer', status: 503 } });
    const undo = fail();
    await expect(provider.passwordPolicy(context)).rejects.toBeInstanceOf(UpstreamUnavailable);
    undo();
    clock += 5_000;
    const policy = await provider.passwordPolicy(context);
    clock += 10 * 60_000;
    fail();
    expect(await provider.passwordPolicy(context)).toEqual(policy);
  });

  it('outlives a caller who goes away while it is read', async () => {
    okta.fail({ path: '/api/v1/policies', times: 1, fault: { kind: 'delay', ms: 100 } });
    const { provider } = providerOn(okta, {}, now);
    const gone = new AbortController();
    const first = provider.passwordPolicy(callContext(gone.signal));
    const second = provider.passwordPolicy(context);
    gone.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    expect(await second).toMatchObject({ minLength: 8 });
  });

  it('is looked for on every page of the list', async () => {
    const first = policy({ minLength: 5, groups: ['00gOthers00000000001'], priority: 1 });
    const server = await startRawServer((response, { url = '' }) => {
      const at = Number(new URL(url, okta.url).searchParams.get('after') ?? 0);
      const next = `<${server.url}/api/v1/policies?type=PASSWORD&after=${at + 1}>; rel="next"`;
      const self = `<${server.url}${url}>; rel="self"`;
      response.setHeader('link', at < 2 || at > 4 ? [self, next] : [self]);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(at === 2 ? [null, fallback] : [first]));
    });
    const { provider } = providerOn(okta, { orgUrl: server.url }, now);
    expect(await provider.passwordPolicy(context)).toMatchObject({ minLength: 8 });
    expect(server.requests()).toBe(3);
  });

  it('is not looked for on pages without an end, or at another place', async () => {
    for (const place of ['', 'http://127.0.0.1:9']) {
      const server = await startRawServer((response, { url = '' }) => {
        const next = place === '' ? `${server.url}/api/v1/policies?after=${url.length}` : place;
        response.setHeader('link', `<${next}>; rel="next"`);
        response.setHeader('content-type', 'application/json');
        response.end('[]');
      });
      const { provider } = providerOn(okta, { orgUrl: server.url }, now);
      await expect(provider.passwordPolicy(context)).rejects.toBeInstanceOf(UpstreamUnavailable);
      expect(server.requests()).toBe(place === '' ? 20 : 1);
    }
  });

  it('names the scope that it cannot be read without, and leaves users alone', async () => {
    const { provider } = providerOn(okta, {}, now);
    const body = JSON.stringify({ errorCode: 'E0000006', errorSummary: 'No permission.' });
    okta.fail({ path: '/api/v1/policies', fault: { kind: 'answer', status: 403, body } });
    const error = await provider.passwordPolicy(context).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderMisconfigured);
    expect(error).toMatchObject({ detail: expect.stringContaining('okta.policies.read') });
    await provider.findUsers(['00u12345678901234567'], context);
  });
});

describe('the factors on offer', () => {
  const offered = async (settings: object) => {
    answer([{ type: 'MFA_ENROLL', status: 'ACTIVE', system: true, priority: 1, settings }]);
    const { provider } = providerOn(okta, {}, now);
    return provider.factorsOnOffer(context);
  };

  it('are what Identity Engine lets customers set up, as far as this API can', async () => {
    const authenticators = [
      { key: 'okta_email', enroll: { self: 'REQUIRED' } },
      { key: 'phone_number', enroll: { self: 'NOT_ALLOWED' } },
      { key: 'google_otp', enroll: { self: 'OPTIONAL' } },
      { key: 'webauthn', enroll: { self: 'OPTIONAL' } },
    ];
    expect(await offered({ type: 'AUTHENTICATORS', authenticators })).toEqual(['EMAIL', 'TOTP']);
  });

  it('are what Classic Engine lets customers set up', async () => {
    const factors = {
      google_otp: { enroll: { self: 'OPTIONAL' } },
      okta_otp: { enroll: { self: 'OPTIONAL' } },
      okta_sms: { enroll: { self: 'OPTIONAL' } },
      okta_push: { enroll: { self: 'OPTIONAL' } },
      okta_email: { enroll: { self: 'NOT_ALLOWED' } },
    };
    expect(await offered({ factors })).toEqual(['TOTP', 'SMS']);
  });

  it('are none where the policy names none', async () => {
    expect(await offered({})).toEqual([]);
  });
});

describe('a rejected password', () => {
  const rejected = async (password: string) => {
    const { provider } = providerOn(okta, {}, now);
    const created = provider.createUser(newUser('lovelace@example.com', password), context);
    return created.catch((thrown: unknown) => thrown);
  };

  it('is explained by the policy, beside the words of Okta', async () => {
    const error = await rejected('lovelace');
    expect(error).toBeInstanceOf(PasswordRejected);
    expect(error).toMatchObject({
      violations: ['NO_UPPER_CASE', 'NO_NUMBER', 'CONTAINS_LOGIN'],
      requirements: expect.arrayContaining(['at least 8 characters', 'no parts of your username']),
    });
  });

  it('is not explained where the policy cannot be read', async () => {
    okta.fail({ path: '/api/v1/policies', fault: { kind: 'answer', status: 503 } });
    expect(await rejected('short')).toMatchObject({ violations: ['REQUIREMENTS_NOT_MET'] });
  });

  it('is not explained by a policy that it meets', async () => {
    answer([policy({ minLength: 1, groups: [], priority: 1, system: true })]);
    expect(await rejected('short')).toMatchObject({ violations: ['REQUIREMENTS_NOT_MET'] });
  });
});
