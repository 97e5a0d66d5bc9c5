import { expect, test } from 'vitest';
import {
  LogOutDocument,
  SignUpDocument,
  TypedDocumentString,
  ValidateTokenDocument,
  type ValidateTokenInput,
} from '../gql/graphql.ts';
import { logIn, onBothFlows } from './flows.ts';

const ada = { email: 'ada@example.com', password: 'Correct-Horse-7', firstName: 'Ada' };

const ThreeDocument = new TypedDocumentString<
  Record<'a' | 'b' | 'c', { user: { email: string } }>,
  Record<'a' | 'b' | 'c', string>
>(`query Three($a: String!, $b: String!, $c: String!) {
  a: validateToken(input: { token: $a }) { user { email } }
  b: validateToken(input: { token: $b }) { user { email } }
  c: validateToken(input: { token: $c }) { user { email } }
}`);

onBothFlows(
  (stack) => {
    const validate = async (input: ValidateTokenInput) => {
      const service = { authorization: stack().basic };
      const { data, errors } = await stack().gql(ValidateTokenDocument, { input }, service);
      expect(errors).toBeUndefined();
      if (!data) throw new Error('No answer.');
      return data.validateToken;
    };

    test('a good token says whose it is, and that it was checked without Okta', async () => {
      const { accessToken } = await logIn(stack(), ada);
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
      const left = (Date.parse(verdict.expiresAt ?? '') - checkedAt) / 1000;
      expect(verdict.revocationLagSeconds).toBe(Math.ceil(left));
      expect(Math.abs(stack().clock.now() - checkedAt)).toBeLessThan(5_000);
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

    test('a revoked token is seen by introspection, and overlooked locally as the lag says', async () => {
      const session = await logIn(stack());
      await stack().gql(LogOutDocument, { input: session });
      const token = session.accessToken;
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
      for (const token of ['', 'x'.repeat(9000), 'two words']) {
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
      await stack().gql(SignUpDocument, { input: eve });
      const { accessToken } = await logIn(stack(), eve);
      await stack().okta.reset();
      const verdict = await validate({ token: accessToken, freshness: 'LOCAL' });
      expect(verdict).toMatchObject({ active: true, user: null });
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
