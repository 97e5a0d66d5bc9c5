import { expect, test } from 'vitest';
import {
  MeDocument,
  UpdateProfileDocument,
  type UpdateProfileInput,
} from '../../src/clients/storefront/documents/graphql.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';

afterLogIn((stack) => {
  const update = async (input: UpdateProfileInput) => {
    const { accessToken } = await logIn(stack());
    const { data, errors } = await stack().gql(
      UpdateProfileDocument,
      { input },
      bearer(accessToken),
    );
    expect(errors).toBeUndefined();
    const me = await stack().gql(MeDocument, {}, bearer(accessToken));
    return { answer: data?.updateProfile, me: me.data?.me };
  };

  test('a customer changes what they name, and nothing else', async () => {
    const { answer, me } = await update({
      firstName: ' Ada ',
      displayName: 'Countess',
      mobilePhone: '+44 20 7946 0000',
      locale: 'en_GB',
    });
    const changed = {
      firstName: 'Ada',
      lastName: 'Customer',
      displayName: 'Countess',
      mobilePhone: '+44 20 7946 0000',
      locale: 'en_GB',
    };
    expect(answer).toMatchObject({ __typename: 'UpdateProfileSuccess', user: changed });
    expect(me).toMatchObject({ ...changed, email: 'demo@example.com', status: 'ACTIVE' });
  });

  test('null and an empty text clear a field', async () => {
    await update({ displayName: 'Countess', mobilePhone: '+1 555 0100' });
    const { me } = await update({ displayName: null, mobilePhone: ' ' });
    expect(me).toMatchObject({ displayName: null, mobilePhone: null, firstName: 'Demo' });
  });

  test('one request sees its own change, without another call', async () => {
    const { accessToken } = await logIn(stack());
    stack().okta.requests.clear();
    const response = await fetch(`${stack().url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(accessToken) },
      body: JSON.stringify({
        query: `mutation { updateProfile(input: { firstName: "Ada" }) {
          ... on UpdateProfileSuccess { user { firstName } }
        } }`,
      }),
    });
    expect(await response.json()).toEqual({
      data: { updateProfile: { user: { firstName: 'Ada' } } },
    });
    const answered = stack()
      .okta.requests.all()
      .filter(({ status, path }) => status === 200 && path.startsWith('/api/'))
      .map(({ method }) => method);
    expect(answered).toEqual(['GET', 'POST']);
  });

  test('every malformed field is named before Okta is asked', async () => {
    const { accessToken } = await logIn(stack());
    stack().okta.requests.clear();
    const input = {
      firstName: 'x'.repeat(51),
      lastName: 'Love\nlace',
      displayName: 'x'.repeat(1025),
      mobilePhone: 'call me',
      locale: 'english please',
    };
    const { data } = await stack().gql(UpdateProfileDocument, { input }, bearer(accessToken));
    expect(data?.updateProfile).toMatchObject({
      __typename: 'ValidationFailed',
      fields: [
        { field: 'firstName', problem: 'TOO_LONG' },
        { field: 'lastName', problem: 'NOT_ALLOWED' },
        { field: 'displayName', problem: 'TOO_LONG' },
        { field: 'mobilePhone', problem: 'MALFORMED' },
        { field: 'locale', problem: 'MALFORMED' },
      ],
    });
    expect(stack().okta.requests.all()).toEqual([]);
  });

  test('what Okta finds malformed is named too, and nothing is changed', async () => {
    const { answer, me } = await update({ firstName: '😀', lastName: 'Lovelace' });
    expect(answer).toMatchObject({
      __typename: 'ValidationFailed',
      fields: [{ field: 'firstName', problem: 'MALFORMED' }],
    });
    expect(me).toMatchObject({ firstName: 'Demo', lastName: 'Customer' });
  });

  test.each([
    ['nobody', () => ({}), 'CALLER_UNAUTHENTICATED'],
    ['a service', (basic: string) => ({ authorization: basic }), 'FORBIDDEN'],
    ['a bad token', () => bearer('x.y.z'), 'TOKEN_INVALID'],
  ])('%s has no profile to change', async (_, headers, code) => {
    const input = { firstName: 'Eve' };
    const answer = await stack().gql(UpdateProfileDocument, { input }, headers(stack().basic));
    expect(answer.errors?.map(({ extensions }) => extensions?.['code'])).toEqual([code]);
  });

  test('an e-mail address, a login and a status are no fields of it', async () => {
    const { accessToken } = await logIn(stack());
    for (const field of ['email', 'login', 'status', 'id']) {
      const input = { [field]: 'eve@example.com' };
      const answer = await stack().gql(UpdateProfileDocument, { input }, bearer(accessToken));
      expect(answer.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['BAD_REQUEST']);
    }
  });

  test.each([
    [429, 'RateLimited'],
    [503, 'UpstreamUnavailable'],
  ])('where Okta answers %i it says %s', async (status, typename) => {
    const { accessToken } = await logIn(stack());
    const body = JSON.stringify({ errorCode: 'E0000047' });
    stack().okta.fail({
      method: 'POST',
      path: '/api/v1/users/',
      fault: { kind: 'answer', status, body },
    });
    const input = { firstName: 'Ada' };
    const { data } = await stack().gql(UpdateProfileDocument, { input }, bearer(accessToken));
    expect(data?.updateProfile.__typename).toBe(typename);
  });
});
