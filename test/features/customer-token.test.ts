import { beforeEach, expect, test } from 'vitest';
import {
  ChangePasswordDocument,
  DeleteAccountDocument,
  EnrollFactorDocument,
  LogInDocument,
  MeDocument,
  RemoveFactorDocument,
  RequestEmailChangeDocument,
  TypedDocumentString,
  UpdateProfileDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { afterLogIn, bearer, logIn, type Session } from './flows.ts';

const password = 'Correct-Horse-7';
const newPassword = 'Better-Battery-9';
const demo = { email: 'demo@example.com', password };
const others = Array.from({ length: 5 }, (_, index) => ({
  email: `customer-${index}@example.com`,
  password,
}));
const shopper = {
  'x-client-ip': '203.0.113.7',
  'x-client-user-agent': 'Shopper/1.0 (Phone)',
};
const asOktaSeesIt = { 'x-forwarded-for': '203.0.113.7', 'user-agent': 'Shopper/1.0 (Phone)' };
/** These serve many callers at once. */
const shared = /\/keys$|\/introspect$|\/oauth2\/v1\/token$|^GET \/api\/v1\/users$/;

const Both = new TypedDocumentString<
  { me: { email: string } | null; validateToken: { active: boolean } | null },
  { token: string }
>(`query Both($token: String!) {
  me { email }
  validateToken(input: { token: $token }) { active }
}`);

afterLogIn(
  (stack) => {
    let session: Session;
    beforeEach(async () => {
      session = await logIn(stack());
      stack().okta.requests.clear();
    });
    const named = (token = session.accessToken, authorization = stack().basic) => ({
      authorization,
      'x-customer-token': token,
    });
    const both = async (headers: Record<string, string>) => {
      const { data, errors = [] } = await stack().gql(
        Both,
        { token: session.accessToken },
        headers,
      );
      const codes = errors.map(({ path, extensions }) => [path?.[0], extensions?.['code']]);
      return { data, codes: Object.fromEntries(codes) as unknown };
    };
    const lines = (event: string) =>
      stack()
        .logs.map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((line) => line['event'] === event);
    /** A token by client credentials, straight from the org. */
    const serviceToken = async () => {
      const { clientId, clientSecret, scope } = stack().okta.seeded.serviceClient;
      const answer = await fetch(`${stack().okta.issuer}/v1/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
      });
      const { access_token } = (await answer.json()) as { access_token: string };
      return access_token;
    };

    test('a service that names a customer is both: one query asks for `me` and for services', async () => {
      const own = await serviceToken();
      for (const authorization of [stack().basic, `Bearer ${own}`]) {
        expect(await both(named(undefined, authorization))).toEqual({
          data: { me: { email: demo.email }, validateToken: { active: true } },
          codes: {},
        });
        expect(lines('request').at(-1)).toMatchObject({
          caller: 'service',
          customerToken: 'ACTIVE',
        });
      }
    });

    test('the token may come as a router hands on the header that it renames', async () => {
      for (const scheme of ['Bearer', 'bearer', 'Bearer ']) {
        const { data } = await both(named(`${scheme} ${session.accessToken}`));
        expect(data?.me).toEqual({ email: demo.email });
      }
    });

    test('an empty header names no customer', async () => {
      expect(await both(named(''))).toEqual({
        data: { me: null, validateToken: { active: true } },
        codes: { me: 'FORBIDDEN' },
      });
      expect(lines('request').at(-1)).not.toHaveProperty('customerToken');
    });

    test('a bad token of the customer is an error of their fields alone', async () => {
      const [header = '', payload = ''] = session.accessToken.split('.');
      const bad = [
        'x',
        'Bearer',
        `${header}.${payload}.c2ln`,
        session.refreshToken,
        await serviceToken(),
        `${session.accessToken}, ${session.accessToken}`,
      ];
      for (const token of bad) {
        expect(await both(named(token)), token).toEqual({
          data: { me: null, validateToken: { active: true } },
          codes: { me: 'TOKEN_INVALID' },
        });
        expect(lines('request').at(-1)).toMatchObject({
          caller: 'service',
          customerToken: 'TOKEN_INVALID',
        });
      }
      stack().clock.advance(25 * 60 * 60_000);
      expect(await both(named())).toMatchObject({ codes: { me: 'TOKEN_EXPIRED' } });
    });

    test('with the credentials of anyone else it is refused and not read', async () => {
      const wrong = `Basic ${btoa('backend:wrong')}`;
      const refusals = [
        ['', 'CALLER_UNAUTHENTICATED'],
        [wrong, 'CALLER_UNAUTHENTICATED'],
        ['Bearer x.y.z', 'CALLER_UNAUTHENTICATED'],
        [`Bearer ${session.accessToken}`, 'FORBIDDEN'],
      ] as const;
      const input = { currentPassword: password, newPassword };
      for (const [authorization, code] of refusals) {
        for (const token of [session.accessToken, 'x']) {
          const headers = {
            'x-customer-token': token,
            ...(authorization && { authorization }),
            ...shopper,
          };
          const asked = await stack().gql(MeDocument, { sessions: false, factors: false }, headers);
          const changed = await stack().gql(ChangePasswordDocument, { input }, headers);
          for (const { data, errors } of [asked, changed]) {
            expect(Object.values(data ?? { none: null })).toEqual([null]);
            expect(errors).toMatchObject([{ extensions: { code } }]);
            expect(errors?.[0]?.message).toMatch(/^X-Customer-Token is for services/);
          }
          expect(lines('request').at(-1)).toMatchObject({ customerToken: code });
        }
      }
      expect(stack().okta.requests.all()).toEqual([]);
      const answer = await stack().gql(LogInDocument, { input: demo }, { 'x-customer-token': 'x' });
      expect(answer.data?.logIn.__typename).toBe('LogInSuccess');
    });

    test('every call about the account of the customer carries the shopper to Okta', async () => {
      const headers = { ...named(), ...shopper };
      const { gql, okta } = stack();
      const mutations = [
        () => gql(UpdateProfileDocument, { input: { displayName: 'Ada' } }, headers),
        () =>
          gql(
            RequestEmailChangeDocument,
            { input: { newEmail: 'a@b.example', password } },
            headers,
          ),
        () => gql(EnrollFactorDocument, { input: { type: 'TOTP', password } }, headers),
        () => gql(RemoveFactorDocument, { input: { factorId: 'opfx', password } }, headers),
        () =>
          gql(
            ChangePasswordDocument,
            { input: { currentPassword: password, newPassword } },
            headers,
          ),
      ];
      for (const mutate of mutations) {
        okta.requests.clear();
        const { errors } = await mutate();
        expect(errors).toBeUndefined();
        const told = okta.requests
          .all()
          .filter(({ method, path }) => !shared.test(`${method} ${path}`));
        expect(told).not.toEqual([]);
        for (const { path, headers: sent } of told) {
          expect({ path, ...sent }).toMatchObject({ path, ...asOktaSeesIt });
        }
      }
    });

    test('the audit log has the service, the customer and the address of the shopper', async () => {
      const { data } = await stack().gql(
        MeDocument,
        { sessions: false, factors: false },
        bearer(session.accessToken),
      );
      await stack().gql(
        UpdateProfileDocument,
        { input: { displayName: 'Ada' } },
        { ...named(), ...shopper },
      );
      expect(lines('audit').at(-1)).toMatchObject({
        action: 'updateProfile',
        outcome: 'UpdateProfileSuccess',
        caller: 'service',
        service: stack().okta.seeded.serviceClient.clientId,
        userId: data?.me?.id,
        clientIp: '203.0.113.7',
      });
    });

    test('a session that ended names no customer, but for a deletion that is sent again', async () => {
      const { gql } = stack();
      const remove = () => gql(DeleteAccountDocument, { input: { password } }, named());
      for (const { data } of [await remove(), await remove()]) {
        expect(data?.deleteAccount.__typename).toBe('DeleteAccountSuccess');
      }
      expect(await both(named())).toMatchObject({ codes: { me: 'TOKEN_INVALID' } });
    });

    test('requests of one turn each act for their own customer', async () => {
      const customers = await Promise.all(
        others.map(async (one) => ({ ...one, ...(await logIn(stack(), one)) })),
      );
      const rounds = Array.from({ length: 3 }, async () => {
        const asked = customers.flatMap(({ email, accessToken }) => [
          { email, headers: named(accessToken) },
          { email, headers: bearer(accessToken) },
          { email: null, headers: { authorization: stack().basic } },
          { email: null, headers: { 'x-customer-token': accessToken } },
        ]);
        const answers = await Promise.all(
          asked.map(({ headers }) => stack().gql(Both, { token: session.accessToken }, headers)),
        );
        expect(answers.map(({ data }) => data?.me?.email ?? null)).toEqual(
          asked.map(({ email }) => email),
        );
      });
      await Promise.all(rounds);
    });
  },
  // Okta's SDK takes seconds to load on a busy machine.
  { seed: { users: others }, okta: { callTimeoutMs: 8_000 } },
);
