import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { ProviderMisconfigured, UpstreamUnavailable } from '../../../src/identity/errors.ts';
import { startOkta } from '../../embedded/start.ts';
import { serviceApp } from '../embedded-config.ts';
import { callContext, newUser, providerOn } from '../start.ts';

const context = callContext();
const someIds = ['00u12345678901234567'];
const hour = 3_600_000;

let okta: EmbeddedOkta;
let clock = Date.now();
const now = () => clock;
beforeAll(async () => {
  okta = await startOkta({ now });
});
afterEach(() => okta.reset());

const started = () => providerOn(okta, { management: serviceApp(okta) }, now);
const tokenCalls = () =>
  okta.requests.all().filter(({ path }) => path === '/oauth2/v1/token').length;
const lastBearer = () => okta.requests.all().at(-1)?.headers['authorization'];
const unauthorized = {
  kind: 'answer',
  status: 401,
  body: '{"errorCode":"E0000011","errorSummary":"Invalid token provided"}',
} as const;

describe("the service app's token", () => {
  it('is fetched once for concurrent calls, and cached', async () => {
    const { provider } = started();
    await Promise.all(Array.from({ length: 50 }, () => provider.findUsers(someIds, context)));
    await provider.findUsers(someIds, context);
    expect(tokenCalls()).toBe(1);
  });

  it('is fetched for the org authorization server and in the name of the app', async () => {
    const { provider, calls } = started();
    await provider.findUsers(someIds, context);
    expect(calls.map(({ endpoint }) => endpoint)).toEqual([
      'token/client_credentials',
      'users/list',
    ]);
    expect(lastBearer()).toMatch(/^Bearer ey/);
  });

  it('is renewed early, while the old one still serves', async () => {
    const { provider } = started();
    await provider.findUsers(someIds, context);
    const first = lastBearer();
    clock += hour * 0.7;
    await provider.findUsers(someIds, context);
    expect(tokenCalls()).toBe(1);
    clock += hour * 0.2;
    const undo = okta.fail({ path: '/oauth2/v1/token', fault: { kind: 'answer', status: 503 } });
    await provider.findUsers(someIds, context);
    expect(
      okta.requests.all().findLast(({ path }) => path === '/api/v1/users')?.headers[
        'authorization'
      ],
    ).toBe(first);
    undo();
    await expect
      .poll(async () => {
        await provider.findUsers(someIds, context);
        return lastBearer() === first;
      })
      .toBe(false);
  });

  it('is fetched again when it has expired, without a call that Okta would refuse', async () => {
    const { provider } = started();
    await provider.findUsers(someIds, context);
    clock += hour * 1.01;
    await provider.findUsers(someIds, context);
    expect(tokenCalls()).toBe(2);
    expect(okta.requests.all().map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('is fetched anew once when Okta does not take it any more', async () => {
    const { provider } = started();
    await provider.findUsers(someIds, context);
    okta.fail({ path: '/api/v1/users', times: 1, fault: unauthorized });
    const user = await provider.createUser(newUser('anna@example.com'), context);
    expect(user.email).toBe('anna@example.com');
    expect(tokenCalls()).toBe(2);
  });

  it('is not fetched over and over', async () => {
    const { provider } = started();
    okta.fail({ path: '/api/v1/users', fault: unauthorized });
    await expect(provider.findUsers(someIds, context)).rejects.toBeInstanceOf(
      ProviderMisconfigured,
    );
    expect(tokenCalls()).toBe(2);
  });

  it('that cannot be fetched fails every call that waits for it, and not the next', async () => {
    const { provider } = started();
    const undo = okta.fail({ path: '/oauth2/v1/token', fault: { kind: 'answer', status: 503 } });
    const waiting = await Promise.allSettled(
      Array.from({ length: 5 }, () => provider.findUsers(someIds, context)),
    );
    for (const result of waiting) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(UpstreamUnavailable) });
    }
    expect(tokenCalls()).toBe(1);
    undo();
    await provider.findUsers(someIds, context);
  });

  it('is fetched to the end for the others when the first caller goes away', async () => {
    const { provider } = started();
    okta.fail({ path: '/oauth2/v1/token', times: 1, fault: { kind: 'delay', ms: 100 } });
    const caller = new AbortController();
    const first = provider.findUsers(someIds, callContext(caller.signal));
    const second = provider.findUsers(someIds, context);
    const reason = new Error('gone');
    setTimeout(() => caller.abort(reason), 30);
    await expect(first).rejects.toBe(reason);
    await second;
    expect(tokenCalls()).toBe(1);
  });

  it('that Okta refuses to the app is a fault of the set-up', async () => {
    const management = { ...serviceApp(okta), clientId: okta.seeded.apiClient.clientId };
    const { provider } = providerOn(okta, { management }, now);
    const error = await provider.findUsers(someIds, context).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ProviderMisconfigured);
    expect(error.detail).toMatch(/^token\/client_credentials: /);
  });
});

describe('an API token', () => {
  it('goes with every call', async () => {
    const { provider } = providerOn(okta, {}, now);
    await provider.findUsers(someIds, context);
    expect(lastBearer()).toBe(`SSWS ${okta.seeded.apiToken}`);
  });

  it('that Okta does not know is a fault of the set-up, and tried once', async () => {
    const management = { method: 'ssws', apiToken: 'wrong' } as const;
    const { provider, calls } = providerOn(okta, { management }, now);
    const error = await provider.findUsers(someIds, context).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ProviderMisconfigured);
    expect(error.detail).toContain('E0000011');
    expect(calls).toHaveLength(1);
  });
});
