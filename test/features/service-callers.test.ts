import { expect, test } from 'vitest';
import {
  TypedDocumentString,
  UserDocument,
  UsersDocument,
  ValidateTokenDocument,
} from '../../src/clients/storefront/documents/graphql.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';

interface Reference {
  readonly __typename: 'User';
  readonly id: unknown;
}
const EntitiesDocument = new TypedDocumentString<
  { _entities: unknown[] },
  { representations: readonly Reference[] }
>(`query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on User { id email } }
}`);
const ServiceDocument = new TypedDocumentString<{ _service: { sdl: string } }, object>(
  '{ _service { sdl } }',
);
const references = (...ids: unknown[]) => ids.map((id) => ({ __typename: 'User', id }) as const);

const rule = {
  grantTypes: ['client_credentials', 'password', 'authorization_code'],
  accessTokenLifetimeMinutes: 60,
  refreshTokenLifetimeMinutes: 0,
  refreshTokenWindowMinutes: 60,
  scopes: '*' as const,
};
/** The default server, with another scope than the one of services. */
const seed = {
  authorizationServers: [
    {
      id: 'default',
      audience: 'api://default',
      scopes: ['openid', 'profile', 'email', 'offline_access', 'accounts.read', 'orders.read'],
      policies: [{ clientIds: 'ALL_CLIENTS' as const, rules: [rule] }],
    },
  ],
};

afterLogIn(
  (stack) => {
    const codesFor = async (headers?: { authorization: string }) => {
      stack().okta.requests.clear();
      const { gql } = stack();
      const answers = await Promise.all([
        gql(ValidateTokenDocument, { input: { token: 'x' } }, headers),
        gql(UserDocument, { id: '00u' }, headers),
        gql(UsersDocument, { ids: ['00u'] }, headers),
        gql(EntitiesDocument, { representations: references('00u') }, headers),
        gql(ServiceDocument, {}, headers),
      ]);
      return answers.map(({ errors = [] }) =>
        errors.map(({ extensions }) => extensions?.['code']).join(),
      );
    };
    const fiveTimes = (code: string) => Array(5).fill(code);
    const userReads = () =>
      stack()
        .okta.requests.all()
        .filter(({ path }) => path.startsWith('/api/v1/users'));

    /** A token by client credentials, straight from the org. */
    const serviceToken = async (scope: string) => {
      const { clientId, clientSecret } = stack().okta.seeded.serviceClient;
      const response = await fetch(`${stack().okta.issuer}/v1/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
      });
      const { access_token } = (await response.json()) as { access_token: string };
      return access_token;
    };

    test('no other caller gets an answer', async () => {
      const { accessToken } = await logIn(stack());
      expect(await codesFor()).toEqual(fiveTimes('CALLER_UNAUTHENTICATED'));
      expect(userReads()).toEqual([]);
      expect(await codesFor({ authorization: 'Basic eDp5' })).toEqual(
        fiveTimes('CALLER_UNAUTHENTICATED'),
      );
      expect(await codesFor(bearer(accessToken))).toEqual(fiveTimes('FORBIDDEN'));
      expect(await codesFor(bearer('x.y.z'))).toEqual(fiveTimes('TOKEN_INVALID'));
      expect(userReads()).toEqual([]);
    });

    test('what is for services leaves the rest of the query standing', async () => {
      const Mixed = new TypedDocumentString<
        { me: null; users: null; validateToken: null },
        Record<string, never>
      >(`{
        me { id }
        users(ids: ["00u"]) { id }
        validateToken(input: { token: "x" }) { active }
      }`);
      const { data, errors } = await stack().gql(Mixed, {});
      expect(data).toEqual({ me: null, users: null, validateToken: null });
      expect(errors).toHaveLength(2);
    });

    test('a wrong secret of a right id proves nothing, nor does half of one', async () => {
      const [id, secret = ''] = atob(stack().basic.replace(/^Basic /, '')).split(':');
      for (const wrong of [
        `${id}`,
        `${id}:`,
        `${id}:${secret.slice(1)}`,
        `${id}:${secret}x`,
        secret,
      ]) {
        expect(await codesFor({ authorization: `Basic ${btoa(wrong)}` }), wrong).toEqual(
          fiveTimes('CALLER_UNAUTHENTICATED'),
        );
      }
    });

    test('a string that is no token of anyone costs Okta nothing, unless a service asks', async () => {
      const { gql, okta, basic } = stack();
      okta.requests.clear();
      for (const opaque of ['a', 'an-opaque-string_7', 'x'.repeat(8000)]) {
        const { errors } = await gql(ServiceDocument, {}, bearer(opaque));
        expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['TOKEN_INVALID']);
      }
      expect(okta.requests.all()).toEqual([]);
      const { refreshToken } = await logIn(stack());
      okta.requests.clear();
      const input = { token: refreshToken };
      const { data } = await gql(ValidateTokenDocument, { input }, { authorization: basic });
      expect(data?.validateToken).toMatchObject({ reason: 'WRONG_TYPE', checkedBy: 'INTROSPECT' });
      expect(okta.requests.all()).toHaveLength(1);
    });

    test('a service may send its own access token', async () => {
      const token = await serviceToken(stack().okta.seeded.serviceClient.scope);
      expect(await codesFor(bearer(token))).toEqual(fiveTimes(''));
      stack().clock.advance(25 * 60 * 60_000);
      expect(await codesFor(bearer(token))).toEqual(fiveTimes('TOKEN_EXPIRED'));
    });

    test('a token of a service without the scope is good, but not for these fields', async () => {
      expect(await codesFor(bearer(await serviceToken('orders.read')))).toEqual(
        fiveTimes('FORBIDDEN'),
      );
    });

    test('a router reads entities through the same loader', async () => {
      const { accessToken } = await logIn(stack());
      const headers = { authorization: stack().basic };
      const input = { token: accessToken };
      const { data } = await stack().gql(ValidateTokenDocument, { input }, headers);
      const id = data?.validateToken?.user?.id;
      stack().okta.requests.clear();
      const answer = await stack().gql(
        EntitiesDocument,
        { representations: references(id, '00unobody00000000000', id) },
        headers,
      );
      const demo = { id, email: 'demo@example.com' };
      expect(answer.data?._entities).toEqual([demo, null, demo]);
      expect(userReads()).toHaveLength(1);
    });

    test.each([
      [null],
      ['User'],
      [{ id: '00u1' }],
      [{ __typename: 'Nothing', id: '00u1' }],
      [{ __typename: 'Tokens', id: '00u1' }],
      [{ __typename: ['User'], id: '00u1' }],
      [{ __typename: { toString: 1 }, id: '00u1' }],
    ])('the representation %j is a fault of the router', async (one) => {
      const representations = [...references('00u1'), one] as Reference[];
      const answer = await stack().gql(
        EntitiesDocument,
        { representations },
        { authorization: stack().basic },
      );
      expect(answer.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['BAD_REQUEST']);
      expect(userReads()).toEqual([]);
    });

    test.each([[[1]], [[null]], [[{ id: 'x' }]], [['']]])('the id %j is unknown', async (ids) => {
      const headers = { authorization: stack().basic };
      const answer = await stack().gql(
        EntitiesDocument,
        { representations: references(...ids) },
        headers,
      );
      expect(answer.data?._entities).toEqual([null]);
      expect(answer.errors).toBeUndefined();
    });
  },
  { seed },
);
