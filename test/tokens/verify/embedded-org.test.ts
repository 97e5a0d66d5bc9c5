import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { OktaConfig } from '../../../src/config.ts';
import type { EmbeddedOkta } from '../../../src/embedded/handle.ts';
import { startEmbeddedOkta } from '../../../src/embedded/start.ts';
import { createUpstream } from '../../../src/okta/http/admission.ts';
import { createOktaProvider } from '../../../src/okta/provider.ts';
import { fetchKeysFrom, keysUrl } from '../../../src/tokens/keys/jwks.ts';
import { createKeySet } from '../../../src/tokens/keys/key-set.ts';
import { createRevocations } from '../../../src/tokens/revocation/revocations.ts';
import { createTokenVerifier } from '../../../src/tokens/verify/verifier.ts';
import { embeddedConfig } from '../../okta/embedded-config.ts';
import { context } from '../issuer.ts';

const local = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'INTROSPECT' } as const;
const fresh = { freshness: 'INTROSPECT', from: 'CUSTOMERS', opaque: 'INTROSPECT' } as const;

let okta: EmbeddedOkta;

beforeAll(async () => {
  okta = await startEmbeddedOkta({ perUsernamePerSecond: 1000 });
});

afterAll(() => okta.close());

function start(changes: Partial<OktaConfig> = {}, upstream = createUpstream({ now: Date.now })) {
  // The org generates its signing keys on first use, which takes seconds on a busy machine.
  const config = { ...embeddedConfig(okta), callTimeoutMs: 10_000, ...changes };
  const identity = createOktaProvider(config, {
    now: Date.now,
    observe: () => {},
    upstream,
  });
  onTestFinished(() => identity.close());
  const keys = createKeySet({
    fetchKeys: fetchKeysFrom(keysUrl(config)),
    now: Date.now,
    onFailure: (cause) => expect.fail(String(cause)),
  });
  const { introspect } = identity;
  const verifier = createTokenVerifier(config, {
    keys,
    introspect,
    revocations: createRevocations({ now: Date.now }),
    feed: null,
    timeoutMs: 10_000,
    now: Date.now,
  });
  const logIn = async () => {
    const outcome = await identity.logIn(okta.seeded.customer, context);
    if (outcome.kind !== 'tokens') expect.fail('The password has expired.');
    return outcome.tokens;
  };
  return { identity, verifier, logIn };
}

const keyRequests = () => okta.requests.all().filter(({ path }) => path.endsWith('/keys')).length;

it('distinguishes the access token of a log-in from its ID token and its refresh token', async () => {
  const { verifier, logIn } = start();
  const { accessToken, idToken, refreshToken } = await logIn();
  expect(await verifier.verify(accessToken, local, context)).toMatchObject({
    active: true,
    subject: okta.seeded.customer.email,
    userId: expect.stringMatching(/^00u/),
    clientId: okta.seeded.apiClient.clientId,
  });
  for (const other of [idToken, refreshToken]) {
    const verdict = await verifier.verify(other ?? '', local, context);
    expect(verdict).toMatchObject({ active: false, reason: 'WRONG_TYPE' });
  }
});

it('INTROSPECT joins a question that waits for a connection, and none that was sent', async () => {
  const upstream = createUpstream({ now: Date.now });
  const { identity, verifier, logIn } = start({}, upstream);
  const { accessToken } = await logIn();
  const ask = () => verifier.verify(accessToken, fresh, context);
  const waiting = () => upstream.stats().connections.waiting.validation;
  const sent = () => okta.requests.all().filter(({ path }) => path.endsWith('/introspect')).length;
  // All the connections that validations may have.
  const [lease] = await Promise.all(
    Array.from({ length: 20 }, () => upstream.acquire('introspect', context.signal)),
  );
  const first = ask();
  await expect.poll(waiting, { timeout: 5_000 }).toBe(1);
  await identity.revoke(accessToken, 'access_token', context);
  const askedAt = Date.now();
  const second = ask();
  await new Promise(setImmediate);
  expect(waiting()).toBe(1);

  okta.requests.clear();
  const slow = { path: /\/introspect$/, times: 1, fault: { kind: 'delay', ms: 100 } } as const;
  onTestFinished(okta.fail(slow));
  lease?.release({ status: 200, headers: {} });
  await expect.poll(sent, { timeout: 5_000 }).toBe(1);
  const third = ask();
  for (const verdict of await Promise.all([first, second])) {
    expect(verdict).toMatchObject({ active: false, reason: 'REVOKED', checkedBy: 'INTROSPECT' });
    expect(verdict.checkedAt.getTime()).toBeGreaterThanOrEqual(askedAt);
  }
  expect(await third).toMatchObject({ active: false, reason: 'REVOKED' });
  expect(sent()).toBe(2);
});

it('sees a revocation at the next call with INTROSPECT', async () => {
  const { identity, verifier, logIn } = start();
  const { accessToken } = await logIn();
  expect(await verifier.verify(accessToken, fresh, context)).toMatchObject({
    active: true,
    checkedBy: 'INTROSPECT',
  });
  await identity.revoke(accessToken, 'access_token', context);
  expect(await verifier.verify(accessToken, fresh, context)).toMatchObject({
    active: false,
    reason: 'REVOKED',
  });
});

it('refuses no token while the keys change, at the cost of one more load', async () => {
  const { verifier, logIn } = start();
  const before = await logIn();
  const loads = keyRequests();
  const verifyMany = (token: string) =>
    Promise.all(Array.from({ length: 100 }, () => verifier.verify(token, local, context)));
  const verdicts = await verifyMany(before.accessToken);
  await okta.rotateKeys();
  const after = await logIn();
  verdicts.push(
    ...(await verifyMany(after.accessToken)),
    ...(await verifyMany(before.accessToken)),
  );
  expect(verdicts.filter(({ active }) => !active)).toEqual([]);
  expect(keyRequests() - loads).toBeLessThanOrEqual(2);
});

it('accepts a service’s token from client credentials as a service’s', async () => {
  const { verifier } = start();
  const { clientId, clientSecret, scope } = okta.seeded.serviceClient;
  const answer = await fetch(`${okta.issuer}/v1/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const from = 'SERVICES';
  expect(await verifier.verify(token, { ...local, from }, context)).toMatchObject({
    active: true,
    clientId,
    userId: null,
    scopes: [scope],
  });
  const asCustomer = await verifier.verify(token, local, context);
  expect(asCustomer).toMatchObject({ active: false, reason: 'WRONG_CLIENT' });
});

it('has the org authorization server check its own tokens', async () => {
  const { verifier, logIn } = start({ issuer: okta.url, audience: okta.url });
  const { accessToken, refreshToken } = await logIn();
  const loads = keyRequests();
  expect(await verifier.verify(accessToken, local, context)).toMatchObject({
    active: true,
    checkedBy: 'INTROSPECT',
    userId: expect.stringMatching(/^00u/),
  });
  expect((await verifier.verify(refreshToken ?? '', local, context)).active).toBe(false);
  expect(keyRequests()).toBe(loads);
});
