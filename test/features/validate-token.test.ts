import { expect, test } from 'vitest';
import {
  SignUpDocument,
  TypedDocumentString,
  ValidateTokenDocument,
  type ValidateTokenInput,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { afterLogIn, logIn } from './flows.ts';

const ada = { email: 'ada@example.com', password: 'Correct-Horse-7', firstName: 'Ada' };

const five = ['a', 'b', 'c', 'd', 'e'] as const;
const FiveDocument = new TypedDocumentString<
  Record<(typeof five)[number], { user: { email: string } } | null>,
  Record<(typeof five)[number], string>
>(`query Five(${five.map((name) => `$${name}: String!`).join(', ')}) {
  ${five.map((name) => `${name}: validateToken(input: { token: $${name}, freshness: INTROSPECT }) { user { email } }`).join(' ')}
}`);

const ThreeDocument = new TypedDocumentString<
  Record<'a' | 'b' | 'c', { user: { email: string } }>,
  Record<'a' | 'b' | 'c', string>
>(`query Three($a: String!, $b: String!, $c: String!) {
  a: validateToken(input: { token: $a }) { user { email } }
  b: validateToken(input: { token: $b }) { user { email } }
  c: validateToken(input: { token: $c }) { user { email } }
}`);

afterLogIn(
  (stack) => {
    const validate = async (input: ValidateTokenInput) => {
      const service = { authorization: stack().basic };
      const { data, errors } = await stack().gql(ValidateTokenDocument, { input }, service);
      expect(errors).toBeUndefined();
      if (!data?.validateToken) throw new Error('No answer.');
      return data.validateToken;
    };

    test('a good token says whose it is, and that it was checked without Okta', async () => {
      const { accessToken } = await logIn(stack(), ada);
      const askedAt = stack().clock.now();
      const verdict = await validate({ token: accessToken, freshness: 'LOCAL' });
      expect(verdict).toMatchObject({
        active: true,
        reason: null,
        subject: ada.email,
        userId: expect.stringMatching(/^00u/),
        clientId: stack().okta.seeded.apiClient.clientId,
        checkedBy: 'LOCAL',
        user: { id: verdict.userId, status: 'ACTIVE', email: ada.email, firstName: 'Ada' },
      });
      expect(verdict.scopes).toContain('openid');
      expect(verdict.claims).toMatchObject({ iss: stack().okta.issuer, uid: verdict.userId });
      const checkedAt = Date.parse(verdict.checkedAt);
      const age = (checkedAt - Number(verdict.claims?.['iat']) * 1000) / 1000;
      expect(verdict.revocationLagSeconds).toBe(Math.ceil(age));
      expect(checkedAt).toBeGreaterThanOrEqual(askedAt);
      expect(checkedAt).toBeLessThanOrEqual(stack().clock.now());
    });

    test('an introspected token has no lag', async () => {
      const { accessToken } = await logIn(stack(), ada);
      expect(await validate({ token: accessToken, freshness: 'INTROSPECT' })).toMatchObject({
        active: true,
        subject: ada.email,
        checkedBy: 'INTROSPECT',
        revocationLagSeconds: 0,
        user: { email: ada.email },
      });
    });

    test('Okta is asked once in the window of CACHED, and the answer says how old it is', async () => {
      const { accessToken: token } = await logIn(stack());
      stack().okta.requests.clear();
      const cached = { token, freshness: 'CACHED' } as const;
      const first = await validate(cached);
      expect(first).toMatchObject({ active: true, checkedBy: 'INTROSPECT' });
      stack().clock.advance(10_000);
      const verdict = await validate(cached);
      expect(verdict).toMatchObject({
        active: true,
        checkedBy: 'CACHED',
        checkedAt: first.checkedAt,
      });
      expect(verdict.revocationLagSeconds).toBeGreaterThanOrEqual(10);
      expect(verdict.revocationLagSeconds).toBeLessThanOrEqual(30);
      const asked = () =>
        stack()
          .okta.requests.all()
          .filter(({ path }) => path.endsWith('/introspect')).length;
      expect(asked()).toBe(1);
      await validate({ ...cached, maxAgeSeconds: 5 });
      expect(asked()).toBe(2);
    });

    test.each([0, -1, 301])('%i seconds are no maximal age', async (maxAgeSeconds) => {
      const input = { token: 'a', freshness: 'CACHED', maxAgeSeconds } as const;
      const service = { authorization: stack().basic };
      const { data, errors } = await stack().gql(ValidateTokenDocument, { input }, service);
      expect(data?.validateToken).toBeNull();
      expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['BAD_REQUEST']);
    });

    test('a revocation elsewhere is seen by introspection, and missed locally as the lag says', async () => {
      const { accessToken: token } = await logIn(stack());
      stack().clock.advance(5_000);
      const { clientId, clientSecret } = stack().okta.seeded.apiClient;
      await fetch(`${stack().okta.issuer}/v1/revoke`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
        body: new URLSearchParams({ token }),
      });
      const overlooked = await validate({ token, freshness: 'LOCAL' });
      expect(overlooked.active).toBe(true);
      expect(overlooked.revocationLagSeconds).toBeGreaterThan(0);
      expect(await validate({ token, freshness: 'INTROSPECT' })).toMatchObject({
        active: false,
        reason: 'REVOKED',
        subject: null,
        userId: null,
        expiresAt: null,
        scopes: [],
        clientId: null,
        claims: null,
        checkedBy: 'INTROSPECT',
        revocationLagSeconds: null,
        user: null,
      });
    });

    test('a bad token is an answer with its reason', async () => {
      const { accessToken } = await logIn(stack());
      const [header, claims, signature = ''] = accessToken.split('.');
      const other = signature.startsWith('A') ? 'B' : 'A';
      const forged = [header, claims, other + signature.slice(1)].join('.');
      expect(await validate({ token: forged, freshness: 'LOCAL' })).toMatchObject({
        active: false,
        reason: 'BAD_SIGNATURE',
      });
      for (const token of ['', 'x'.repeat(33_000), 'two words']) {
        expect(await validate({ token, freshness: 'LOCAL' })).toMatchObject({
          active: false,
          reason: 'MALFORMED',
        });
      }
      stack().clock.advance(25 * 60 * 60_000);
      for (const freshness of ['LOCAL', 'INTROSPECT'] as const) {
        const verdict = await validate({ token: accessToken, freshness });
        expect(verdict).toMatchObject({ active: false, reason: 'EXPIRED', user: null });
      }
    });

    test('the user of a token whose account is gone is null', async () => {
      const eve = { email: 'eve@example.com', password: 'Correct-Horse-7' };
      await stack().gql(SignUpDocument, { input: { ...eve, ...names } });
      const { accessToken } = await logIn(stack(), eve);
      await stack().okta.reset();
      const verdict = await validate({ token: accessToken, freshness: 'LOCAL' });
      expect(verdict).toMatchObject({ active: true, user: null });
    });

    const fiveTokens = async () => {
      const token = async () => (await logIn(stack(), ada)).accessToken;
      return {
        a: await token(),
        b: await token(),
        c: await token(),
        d: await token(),
        e: await token(),
      };
    };

    test('the users of many tokens are read in one call, however long each takes to verify', async () => {
      const tokens = await fiveTokens();
      await validate({ token: tokens.a });
      const path = '/oauth2/default/v1/introspect';
      for (const ms of [0, 30, 60, 90, 120]) {
        stack().okta.fail({ path, times: 1, fault: { kind: 'delay', ms } });
      }
      stack().okta.requests.clear();
      const service = { authorization: stack().basic };
      const { data } = await stack().gql(FiveDocument, tokens, service);
      expect(Object.values(data ?? {}).map((verdict) => verdict?.user.email)).toEqual(
        five.map(() => ada.email),
      );
      const asked = stack()
        .okta.requests.all()
        .map((seen) => seen.path);
      expect(asked.filter((seen) => seen === path)).toHaveLength(5);
      expect(asked.filter((seen) => seen === '/api/v1/users')).toHaveLength(1);
    });

    test('a verdict that does not come keeps no other from its user', async () => {
      const tokens = await fiveTokens();
      stack().okta.fail({
        path: '/oauth2/default/v1/introspect',
        times: 1,
        fault: { kind: 'answer', status: 503 },
      });
      const service = { authorization: stack().basic };
      const { data, errors } = await stack().gql(FiveDocument, tokens, service);
      const emails = Object.values(data ?? {}).map((verdict) => verdict?.user.email);
      expect(emails.filter((email) => email === ada.email)).toHaveLength(4);
      expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual([
        'UPSTREAM_UNAVAILABLE',
      ]);
    });

    test('the users of many tokens are read in one call', async () => {
      const mine = await logIn(stack());
      const hers = await logIn(stack(), ada);
      await validate({ token: mine.accessToken });
      stack().okta.requests.clear();
      const { data } = await stack().gql(
        ThreeDocument,
        { a: mine.accessToken, b: hers.accessToken, c: mine.accessToken },
        { authorization: stack().basic },
      );
      expect(Object.values(data ?? {}).map(({ user }) => user.email)).toEqual([
        'demo@example.com',
        ada.email,
        'demo@example.com',
      ]);
      const reads = stack()
        .okta.requests.all()
        .filter(({ path }) => path === '/api/v1/users');
      expect(reads).toHaveLength(1);
    });
  },
  { seed: { users: [ada] } },
);
