import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ChangePasswordDocument,
  LogInDocument,
  RefreshTokenDocument,
  RequestPasswordResetDocument,
  ResendVerificationEmailDocument,
  ResetPasswordDocument,
  SignUpDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import type { SeedUser } from '../../src/embedded/handle.ts';
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { type Stack, startStack } from '../support/start.ts';
import { bearer, logIn } from './flows.ts';

const password = 'Correct-Horse-7';
const victim = { email: 'ada@example.com', password };
const second = 1000;
const loopback = { address: '127.0.0.1', prefix: 32, family: 'ipv4' } as const;
/** Guesses must not be stopped by the org's own lockout. */
const seed = {
  passwordPolicy: { lockoutMaxAttempts: 100_000 },
  users: [
    ...['ada', 'eve'].map((name) => ({ email: `${name}@example.com`, password })),
  ] satisfies SeedUser[],
};
/** No two tests have a client in common. */
let networks = 0;
const newNetwork = () => {
  networks += 1;
  const network = networks;
  return (host: number) => `10.${network}.${host >> 8}.${host & 255}`;
};

/** What reached Okta since the last reset. */
const tries = ({ okta }: Stack, path = '/oauth2/default/v1/token') =>
  okta.requests.all().filter((request) => request.path === path).length;
const asShopper = ({ basic }: Stack, clientIp: string) => ({
  authorization: basic,
  'x-client-ip': clientIp,
});
const viaProxy = (...addresses: readonly string[]) => ({ 'x-forwarded-for': addresses.join(', ') });

async function attempt(
  { gql }: Stack,
  input: { readonly email: string; readonly password: string },
  headers: Readonly<Record<string, string>>,
) {
  const { data } = await gql(LogInDocument, { input }, headers);
  return data?.logIn;
}
const guess = (stack: Stack, email: string, headers: Readonly<Record<string, string>>) =>
  attempt(stack, { email, password: 'guess' }, headers);

async function post(url: string, body: unknown, headers: Readonly<Record<string, string>>) {
  const type = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers: { ...type, ...headers }, body: JSON.stringify(body) };
  const response = await fetch(`${url}/graphql`, init);
  await response.arrayBuffer();
}

describe('guesses', () => {
  /** Behind a proxy that it trusts, and one that it does not know. */
  let stack: Stack;
  let bare: Stack;
  let network: ReturnType<typeof newNetwork>;
  beforeAll(async () => {
    stack = await startStack({ limits: true, seed, server: { trustedProxies: [loopback] } });
    bare = await startStack({ limits: true, beside: stack });
  });
  beforeEach(async () => {
    network = newNetwork();
    await stack.okta.reset();
    // The counts of other tests have passed.
    stack.clock.advance(24 * 60 * 60 * second);
  });
  afterAll(async () => {
    await bare.close();
    await stack.close();
  });

  test('1,000 at once, by aliases, batches and spoofed headers, are as many as one client has', async () => {
    const field = (alias: string) =>
      `${alias}: logIn(input: {email: "${victim.email}", password: "guess"}) { __typename }`;
    const one = { query: `mutation { ${field('a')} }` };
    const aliased = { query: `mutation { ${['a', 'b', 'c', 'd', 'e'].map(field).join(' ')} }` };
    const spoofed = (index: number) => ({
      ...viaProxy(`203.0.113.${index % 256}`),
      forwarded: `for=203.0.113.${index % 256}`,
      'x-real-ip': `203.0.113.${index % 256}`,
      'x-client-ip': `203.0.113.${index % 256}`,
      'x-device-id': `device-${index}`,
    });
    await Promise.all([
      ...Array.from({ length: 300 }, (_, index) => post(bare.url, one, spoofed(index))),
      ...Array.from({ length: 60 }, (_, index) => post(bare.url, aliased, spoofed(index))),
      ...Array.from({ length: 40 }, () =>
        post(
          bare.url,
          Array.from({ length: 10 }, () => one),
          {},
        ),
      ),
    ]);
    expect(tries(stack)).toBeGreaterThan(0);
    expect(tries(stack)).toBeLessThanOrEqual(5);
  });

  test('on one account from 100 addresses, 10 reach Okta, and the customer still gets in', async () => {
    const home = asShopper(stack, '192.0.2.10');
    expect(await attempt(stack, victim, home)).toMatchObject({ __typename: 'LogInSuccess' });
    stack.clock.advance(60 * 60 * second);
    stack.okta.requests.clear();
    for (let index = 0; index < 100; index += 1) {
      stack.clock.advance(2 * second);
      await guess(stack, victim.email, asShopper(stack, network(index)));
    }
    expect(tries(stack)).toBeLessThanOrEqual(10);
    const refused = await guess(stack, victim.email, asShopper(stack, network(101)));
    expect(refused).toMatchObject({
      ...{ __typename: 'RateLimited', code: 'RATE_LIMITED', retryable: true, scope: 'ACCOUNT' },
    });
    const wait = refused?.__typename === 'RateLimited' ? refused.retryAfterSeconds : 0;
    expect(wait).toBeGreaterThan(0);

    expect(await attempt(stack, victim, home)).toMatchObject({ __typename: 'LogInSuccess' });
    const abroad = asShopper(stack, network(102));
    expect(wait).toBeLessThanOrEqual(15 * 60);
    stack.clock.advance(wait * second);
    expect(await attempt(stack, victim, abroad)).toMatchObject({ __typename: 'LogInSuccess' });
  });

  test('from one address on 100 accounts, 30 reach Okta', async () => {
    for (let index = 0; index < 100; index += 1) {
      stack.clock.advance(2.5 * second);
      await guess(stack, `a${index}@example.com`, viaProxy('spoofed', '198.51.100.1', network(1)));
    }
    expect(tries(stack)).toBeLessThanOrEqual(30);
    const other = await guess(stack, 'b@example.com', viaProxy(network(2)));
    expect(other).toMatchObject({ __typename: 'InvalidCredentials' });
  });

  test('customers of one frontend server are separate clients', async () => {
    const greedy = asShopper(stack, network(1));
    for (let index = 0; index < 20; index += 1) {
      await guess(stack, `a${index}@example.com`, greedy);
    }
    expect(await attempt(stack, victim, greedy)).toMatchObject({ scope: 'CLIENT' });
    for (let index = 2; index < 20; index += 1) {
      const other = await guess(stack, `b${index}@example.com`, asShopper(stack, network(index)));
      expect(other).toMatchObject({ __typename: 'InvalidCredentials' });
    }
    // Nor are they where it does not say who they are.
    const untold = { authorization: stack.basic };
    for (let index = 0; index < 20; index += 1) {
      const other = await guess(stack, `c${index}@example.com`, untold);
      expect(other).toMatchObject({ __typename: 'InvalidCredentials' });
    }
  });

  test('unknown accounts are limited as known ones are', async () => {
    const outcomes = async (email: string, host: number) => {
      const seen: unknown[] = [];
      for (let index = 0; index < 8; index += 1) {
        stack.clock.advance(second);
        const {
          requestId: _,
          retryAfterSeconds: __,
          ...answer
        } = Object(await guess(stack, email, viaProxy(network(host))));
        seen.push(answer);
      }
      return seen;
    };
    const known = await outcomes(victim.email, 1);
    expect(await outcomes('nobody@example.com', 2)).toEqual(known);
    expect(known).toContainEqual(expect.objectContaining({ scope: 'ACCOUNT' }));
  });

  test('a stolen access token is not worth more guesses than none', async () => {
    const { accessToken } = await logIn(stack, { email: 'eve@example.com', password });
    const input = {
      currentPassword: 'guess',
      newPassword: 'Better-Horse-8',
      endOtherSessions: true,
    };
    stack.okta.requests.clear();
    const byService = (token: string) => ({
      authorization: stack.basic,
      'x-customer-token': token,
    });
    const scopes: unknown[] = [];
    for (let index = 0; index < 10; index += 1) {
      const own = { ...bearer(accessToken), ...viaProxy(network(index)) };
      const { data } = await stack.gql(
        ChangePasswordDocument,
        { input },
        index % 2 === 0 ? own : byService(accessToken),
      );
      scopes.push(Reflect.get(data?.changePassword ?? {}, 'scope'));
    }
    expect(scopes.slice(0, 5)).toEqual(scopes.slice(0, 5).map(() => undefined));
    expect(scopes.slice(5)).toEqual(scopes.slice(5).map(() => 'ACCOUNT'));

    const other = await logIn(stack, victim);
    const { data } = await stack.gql(
      ChangePasswordDocument,
      { input },
      byService(other.accessToken),
    );
    expect(data?.changePassword.__typename).toBe('InvalidCredentials');
  });

  test('mails go to an address a few times, whatever account it has and whatever client asks', async () => {
    const { email } = victim;
    const ask = async (input: { readonly email: string }, host: number) => {
      const headers = viaProxy(network(host));
      const { data } = await stack.gql(RequestPasswordResetDocument, { input }, headers);
      return data?.requestPasswordReset.__typename;
    };
    const taken = { email, password, firstName: 'Ada', lastName: 'Byron' };
    const signUp = await stack.gql(SignUpDocument, { input: taken }, viaProxy(network(99)));
    expect(signUp.data?.signUp.__typename).toBe('SignUpSuccess');
    const known: unknown[] = [];
    const unknown: unknown[] = [];
    for (let index = 0; index < 6; index += 1) {
      known.push(await ask({ email }, index));
      unknown.push(await ask({ email: 'nobody@example.com' }, index));
    }
    expect(known).toEqual(unknown);
    expect(known.slice(3)).toEqual(['RateLimited', 'RateLimited', 'RateLimited']);
    await stack.settled();
    expect(stack.okta.outbox.to(email)).toHaveLength(4);
  });

  test('requests for mails, once a minute from one address, do not keep the owner from theirs', async () => {
    const input = { email: victim.email };
    const seen = new Set<unknown>();
    for (let minutes = 0; minutes < 25; minutes += 1) {
      const headers = viaProxy(network(1));
      const { data } = await stack.gql(ResendVerificationEmailDocument, { input }, headers);
      seen.add(data?.resendVerificationEmail.__typename);
      stack.clock.advance(60 * second);
    }
    expect(seen).toContain('RateLimited');
    const headers = viaProxy(network(2));
    const { data } = await stack.gql(RequestPasswordResetDocument, { input }, headers);
    expect(data?.requestPasswordReset.__typename).toBe('RequestPasswordResetSuccess');
    await stack.settled();
    expect(stack.okta.outbox.to(victim.email)).toHaveLength(1);
  });

  test('made-up tokens of any kind reach Okta as often as one client may be wrong', async () => {
    const headers = viaProxy(network(1));
    const begin = stack.clock.now();
    const leaked = (pace: number) => Math.ceil((stack.clock.now() - begin) / (pace * second));
    const made = (index: number) => ({ refreshToken: `made-up-${index}` });
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        stack.gql(RefreshTokenDocument, { input: made(index) }, headers),
      ),
    );
    expect(tries(stack)).toBeGreaterThan(0);
    expect(tries(stack)).toBeLessThanOrEqual(60 + leaked(2));
    const reset = { resetToken: 'made-up', newPassword: 'Better-Horse-8' };
    for (let index = 0; index < 30; index += 1) {
      await stack.gql(ResetPasswordDocument, { input: reset }, headers);
    }
    expect(tries(stack, '/api/v1/authn/recovery/token')).toBeLessThanOrEqual(15 + leaked(20));
  });

  test('a session is refreshed by as many tabs as there are', async () => {
    const { refreshToken } = await logIn(stack, victim);
    const headers = viaProxy(network(1));
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        stack.gql(RefreshTokenDocument, { input: { refreshToken } }, headers),
      ),
    );
    for (const { data } of answers) {
      expect(data?.refreshToken.__typename).toBe('RefreshTokenSuccess');
    }
  });

  test('Okta gets the address of an anonymous caller from a trusted proxy, and nothing else', async () => {
    const seen = () => stack.okta.requests.all().at(-1)?.headers['x-forwarded-for'];
    await guess(stack, victim.email, viaProxy('198.51.100.1', network(1)));
    expect(seen()).toBe(network(1));
    await guess(stack, 'd@example.com', { ...viaProxy(network(1)), 'x-client-ip': network(2) });
    expect(seen()).toBe(network(1));
    const line = stack.logs.findLast((one) => one.includes('"event":"request"')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({
      droppedHeaders: expect.arrayContaining(['x-client-ip']),
    });
    await guess(stack, 'b@example.com', {});
    expect(seen()).toBeUndefined();
    await guess(bare, 'c@example.com', viaProxy(network(1)));
    expect(seen()).toBeUndefined();
  });
});

describeWithRedis('guesses at processes that share a Redis', () => {
  let redis: RedisServer;
  let first: Stack;
  let other: Stack;
  beforeAll(async () => {
    redis = await startRedis();
    first = await startStack({ limits: true, seed, redisUrl: redis.url });
    other = await startStack({ limits: true, redisUrl: redis.url, beside: first });
  });
  afterAll(async () => {
    await other.close();
    await first.close();
    await redis.stop();
  });

  test('are counted together, under keys that reveal nothing, and stay limited without it', async () => {
    const from = (host: number) => asShopper(first, `10.200.0.${host}`);
    for (let index = 0; index < 20; index += 1) {
      await guess(index % 2 === 0 ? first : other, `a${index}@example.com`, from(1));
    }
    expect(await guess(first, 'b@example.com', from(1))).toMatchObject({ scope: 'CLIENT' });
    expect(await guess(other, 'b@example.com', from(1))).toMatchObject({ scope: 'CLIENT' });
    const stored = JSON.stringify(await redis.entries());
    expect(stored).toContain('{limits}');
    for (const name of ['example', '10.200', 'guess']) expect(stored).not.toContain(name);

    await redis.stop();
    first.okta.requests.clear();
    for (let index = 0; index < 25; index += 1) {
      await guess(first, `c${index}@example.com`, from(2));
    }
    expect(tries(first)).toBeLessThan(20);
    const notices = first.logs.filter((line) => line.includes('shared_limits_lost'));
    expect(notices).toHaveLength(1);
  });
});
