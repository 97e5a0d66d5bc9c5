import { expect, test } from 'vitest';
import {
  MeDocument,
  SignUpDocument,
  TypedDocumentString,
} from '../../src/clients/storefront/documents/graphql.ts';
import { names } from '../support/accounts.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';

const seed = {
  users: [{ email: 'ada@example.com', password: 'Correct-Horse-7', firstName: 'Ada' }],
};

afterLogIn(
  (stack) => {
    const me = (headers?: { authorization: string }) => stack().gql(MeDocument, {}, headers);
    const codeOf = async (headers?: { authorization: string }) => {
      const { data, errors } = await me(headers);
      expect(data?.me ?? null).toBeNull();
      return errors?.map(({ extensions }) => extensions?.['code']);
    };

    test('the access token says whose account it is', async () => {
      const { accessToken } = await logIn(stack(), {
        email: 'ada@example.com',
        password: 'Correct-Horse-7',
      });
      const { data, errors } = await me(bearer(accessToken));
      expect(errors).toBeUndefined();
      expect(data?.me).toMatchObject({
        id: expect.stringMatching(/^00u/),
        status: 'ACTIVE',
        login: 'ada@example.com',
        email: 'ada@example.com',
        firstName: 'Ada',
        mobilePhone: null,
      });
      expect(Date.parse(data?.me?.createdAt ?? '')).toBeLessThanOrEqual(stack().clock.now());
    });

    test('without a header it is null, and no error', async () => {
      const { data, errors } = await me();
      expect(data).toEqual({ me: null });
      expect(errors).toBeUndefined();
    });

    test('the scheme may be written in any case', async () => {
      const { accessToken } = await logIn(stack());
      const { data } = await me({ authorization: `bearer  ${accessToken}` });
      expect(data?.me?.email).toBe('demo@example.com');
    });

    test('an expired token has another code than a bad one', async () => {
      const { accessToken } = await logIn(stack());
      stack().clock.advance(25 * 60 * 60_000);
      expect(await codeOf(bearer(accessToken))).toEqual(['TOKEN_EXPIRED']);
      expect(await codeOf(bearer(`${accessToken}x`))).toEqual(['TOKEN_INVALID']);
      expect(await codeOf(bearer(''))).toEqual(['TOKEN_INVALID']);
    });

    test('a refresh token is no access token', async () => {
      const { refreshToken } = await logIn(stack());
      expect(await codeOf(bearer(refreshToken))).toEqual(['TOKEN_INVALID']);
    });

    test('a service has no account', async () => {
      expect(await codeOf({ authorization: stack().basic })).toEqual(['FORBIDDEN']);
    });

    test.each(['Basic bm9ib2R5Om5vdGhpbmc=', 'Basic', 'Digest username="demo"', 'nonsense'])(
      'the header %s proves nothing',
      async (authorization) => {
        expect(await codeOf({ authorization })).toEqual(['CALLER_UNAUTHENTICATED']);
      },
    );

    test.each(['SUSPENDED', 'DEPROVISIONED'] as const)(
      'the token of an account that is %s is refused, though it has not expired',
      async (status) => {
        const { accessToken } = await logIn(stack());
        stack().okta.setStatus('demo@example.com', status);
        expect(await codeOf(bearer(accessToken))).toEqual(['TOKEN_INVALID']);
      },
    );

    test('the account is there as the entity that other subgraphs know, too', async () => {
      const { accessToken } = await logIn(stack());
      const query = new TypedDocumentString<
        { me: { id: string; user: { __typename: string; id: string } } },
        Record<string, never>
      >('{ me { id user { __typename id } } }');
      const { data } = await stack().gql(query, {}, bearer(accessToken));
      expect(data?.me.user).toEqual({ __typename: 'User', id: data?.me.id });
    });

    test('a password that expires does not end a session', async () => {
      const { accessToken } = await logIn(stack());
      stack().okta.setStatus('demo@example.com', 'PASSWORD_EXPIRED');
      const { data } = await me(bearer(accessToken));
      expect(data?.me?.status).toBe('PASSWORD_EXPIRED');
    });

    test('the token of a deleted account is not accepted', async () => {
      const eve = { email: 'eve@example.com', password: 'Correct-Horse-7' };
      await stack().gql(SignUpDocument, { input: { ...eve, ...names } });
      const { accessToken } = await logIn(stack(), eve);
      await stack().okta.reset();
      expect(await codeOf(bearer(accessToken))).toEqual(['TOKEN_INVALID']);
    });
  },
  { seed },
);
