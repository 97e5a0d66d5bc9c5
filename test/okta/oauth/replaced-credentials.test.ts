import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { OktaCredentials } from '../../../src/config.ts';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { ProviderMisconfigured } from '../../../src/identity/errors.ts';
import { createOktaProvider } from '../../../src/okta/provider.ts';
import { startOkta } from '../../embedded/start.ts';
import { embeddedConfig, serviceApp } from '../embedded-config.ts';
import { callContext } from '../start.ts';

const context = callContext();
const userId = '00u00000000000000001';
const wrongSecret = { method: 'client_secret_basic', secret: 'wrong' } as const;
const wrongToken = { method: 'ssws', apiToken: 'wrong' } as const;

let okta: EmbeddedOkta;
beforeAll(async () => {
  okta = await startOkta();
});
beforeEach(() => okta.reset());
afterAll(() => okta.close());

/** With credentials that a test replaces. */
function start(changes: Partial<OktaCredentials> = {}) {
  const config = embeddedConfig(okta);
  const seeded = {
    clientAuthentication: config.clientAuthentication(),
    management: config.management(),
  };
  let current: OktaCredentials = { ...seeded, ...changes };
  const provider = createOktaProvider(
    {
      ...config,
      clientAuthentication: () => current.clientAuthentication,
      management: () => current.management,
    },
    { now: Date.now, observe: () => undefined },
  );
  onTestFinished(() => provider.close());
  const replace = (changed: Partial<OktaCredentials>) => {
    current = { ...seeded, ...changed };
  };
  return { provider, replace };
}

function slowly(path: string): void {
  const fault = { kind: 'delay', ms: 100 } as const;
  onTestFinished(okta.fail({ path, fault, times: 1 }));
}
const arrived = () => expect.poll(() => okta.requests.all().length, { interval: 5 }).toBe(1);

test('a replaced client secret is used by the next call, and the call in flight ends well', async () => {
  const { provider, replace } = start();
  slowly('/oauth2/');
  const inFlight = provider.introspect('x', context);
  await arrived();
  replace({ clientAuthentication: wrongSecret });
  await expect(provider.introspect('x', context)).rejects.toBeInstanceOf(ProviderMisconfigured);
  expect(await inFlight).toEqual({ active: false });
  replace({});
  expect(await provider.introspect('x', context)).toEqual({ active: false });
});

test('an API token too', async () => {
  const { provider, replace } = start();
  expect((await provider.findUsers([userId], context)).size).toBe(0);
  replace({ management: wrongToken });
  const refused = provider.findUsers([userId], context);
  await expect(refused).rejects.toBeInstanceOf(ProviderMisconfigured);
  replace({ management: serviceApp(okta) });
  expect((await provider.findUsers([userId], context)).size).toBe(0);
});

test('what Okta refuses of a call with the token before goes again with the new one', async () => {
  const { provider, replace } = start({ management: wrongToken });
  slowly('/api/v1/users');
  const inFlight = provider.findUsers([userId], context);
  await arrived();
  replace({});
  expect((await inFlight).size).toBe(0);
  expect(okta.requests.all()).toHaveLength(2);
});
