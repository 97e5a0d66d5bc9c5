import { describe, expect, test, vi } from 'vitest';
import { TypedDocumentString } from '../../src/clients/storefront/documents/graphql.ts';
import { callerSdl, subgraphSdl } from '../../src/graphql/schema.ts';
import { names } from '../support/accounts.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';

// The types of the schema are made of the profile when they are loaded, so it is chosen before.
await vi.hoisted(async () => {
  const profile = await import('../../src/graphql/account/profile-schema.ts');
  const fixture = new URL('../fixtures/profile.json', import.meta.url);
  profile.useProfileSchema(profile.readProfileSchema(fixture));
});

type Body = Record<string, Record<string, unknown>>;
const document = (text: string) => new TypedDocumentString<Body, Record<string, unknown>>(text);

const signUpDocument = document(`mutation SignUp($input: SignUpInput!) {
  signUp(input: $input) {
    __typename
    ... on SignUpSuccess { user { id attributes { birthday newsletter sizes loyaltyPoints } } }
    ... on ValidationFailed { fields { field problem } }
  }
}`);
const updateDocument = document(`mutation UpdateProfile($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    __typename
    ... on UpdateProfileSuccess { user { attributes { birthday newsletter sizes loyaltyPoints } } }
    ... on ValidationFailed { fields { field problem } }
  }
}`);
const meDocument = document(
  'query Me { me { attributes { birthday newsletter sizes loyaltyPoints } } }',
);
const userDocument = document(
  'query User($id: ID!) { user(id: $id) { attributes { birthday } privateAttributes { riskScore } } }',
);
const configDocument = document(
  'query AccountConfig { accountConfig { signUp { fields { field required values } } } }',
);

const ada = { email: 'ada@example.com', password: 'Correct-Horse-7', ...names };
const given = { birthday: '1815-12-10', newsletter: false, sizes: ['S', 'L'] };
const seed = {
  customAttributes: {
    birthday: { title: 'Birthday', type: 'string' as const, minLength: 10, maxLength: 10 },
    newsletter: { title: 'Wants the newsletter', type: 'boolean' as const },
    sizes: { title: 'Sizes', type: 'array' as const, items: { type: 'string' as const } },
    loyaltyPoints: { title: 'Loyalty points', type: 'integer' as const },
    memberNo: { title: 'Member number', type: 'integer' as const },
    orders: { title: 'Orders', type: 'array' as const, items: { type: 'integer' as const } },
    ledgerId: { title: 'Id in the ledger', type: 'integer' as const },
    riskScore: { title: 'Risk score', type: 'number' as const },
    supportNotes: { title: 'Notes', type: 'string' as const },
  },
};

describe('the schema', () => {
  test('has the attributes that the file shows, and no other', () => {
    expect(callerSdl()).toMatch(/type ProfileAttributes \{[^}]*birthday: String\n/);
    expect(callerSdl()).toMatch(/type ProfileAttributes \{[^}]*sizes: \[String!\]\n/);
    expect(callerSdl()).toMatch(/type PrivateProfileAttributes \{[^}]*riskScore: Float\n/);
    expect(callerSdl()).toMatch(/type ProfileAttributes \{[^}]*orders: \[SafeInt!\]\n/);
    expect(callerSdl()).toContain('scalar SafeInt @specifiedBy(url: "https://www.rfc-editor.org');
    expect(callerSdl()).not.toContain('supportNotes');
    const [input = ''] = /input ProfileAttributesInput \{[^}]*\}/.exec(callerSdl()) ?? [];
    expect(input).toContain('newsletter: Boolean');
    expect(input).not.toMatch(/loyaltyPoints|riskScore/);
    expect(subgraphSdl()).toContain('privateAttributes: PrivateProfileAttributes');
  });
});

afterLogIn(
  (stack) => {
    const signUp = async (input: object) => {
      const { data, errors } = await stack().gql(signUpDocument, { input: { ...ada, ...input } });
      expect(errors).toBeUndefined();
      return data?.['signUp'];
    };
    /** As an administrator or another app would. */
    const writeAtOkta = async (id: string, profile: object) => {
      const { url, seeded } = stack().okta;
      const answer = await fetch(`${url}/api/v1/users/${id}`, {
        method: 'POST',
        headers: {
          authorization: `SSWS ${seeded.apiToken}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify({ profile }),
      });
      expect(answer.status).toBe(200);
    };
    const idOf = (answer: Record<string, unknown> | undefined) => {
      const user = answer?.['user'] as { id: string };
      return user.id;
    };

    test('a new account has the attributes of its sign-up', async () => {
      expect(await signUp({ attributes: given })).toMatchObject({
        __typename: 'SignUpSuccess',
        user: { attributes: { ...given, loyaltyPoints: null } },
      });
    });

    test('the customer sees and changes the public ones, one by one', async () => {
      const id = idOf(await signUp({ attributes: given }));
      await writeAtOkta(id, { loyaltyPoints: 42, riskScore: 0.5, supportNotes: 'rude' });
      const headers = bearer((await logIn(stack(), ada)).accessToken);
      const input = { attributes: { newsletter: true, sizes: null } };
      const changed = { ...given, newsletter: true, sizes: null, loyaltyPoints: 42 };
      const { data } = await stack().gql(updateDocument, { input }, headers);
      expect(data?.['updateProfile']).toMatchObject({ user: { attributes: changed } });
      const me = await stack().gql(meDocument, {}, headers);
      expect(me.data?.['me']).toEqual({ attributes: changed });
    });

    test('the private ones are for services alone', async () => {
      const id = idOf(await signUp({ attributes: given }));
      await writeAtOkta(id, { riskScore: 0.5 });
      const asService = await stack().gql(userDocument, { id }, { authorization: stack().basic });
      expect(asService.data?.['user']).toEqual({
        attributes: { birthday: given.birthday },
        privateAttributes: { riskScore: 0.5 },
      });
      const headers = bearer((await logIn(stack(), ada)).accessToken);
      const asMe = document('query Me { me { ... on User { privateAttributes { riskScore } } } }');
      expect((await stack().gql(asMe, {}, headers)).errors).toHaveLength(1);
      const asStranger = document(`mutation SignUp($input: SignUpInput!) { signUp(input: $input) {
        ... on SignUpSuccess { user { privateAttributes { riskScore } } }
      } }`);
      const input = { ...ada, email: 'eve@example.com', attributes: given };
      const stranger = await stack().gql(asStranger, { input });
      expect(stranger.data?.['signUp']).toEqual({ user: { privateAttributes: null } });
      expect(stranger.errors?.map(({ extensions }) => extensions?.['code'])).toEqual([
        'CALLER_UNAUTHENTICATED',
      ]);
    });

    test.each(['loyaltyPoints', 'riskScore', 'supportNotes', 'login', 'status', '__proto__'])(
      'sign-up is refused with %s',
      async (name) => {
        const attributes = JSON.parse(`{"birthday": "1815-12-10", "${name}": 1}`) as object;
        const { errors } = await stack().gql(signUpDocument, { input: { ...ada, attributes } });
        expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['BAD_REQUEST']);
      },
    );

    test('every attribute that is missing or malformed is named before Okta is asked', async () => {
      stack().okta.requests.clear();
      expect(await signUp({ firstName: ' ', attributes: { sizes: ['XS'] } })).toEqual({
        __typename: 'ValidationFailed',
        fields: [
          { field: 'firstName', problem: 'REQUIRED' },
          { field: 'attributes.birthday', problem: 'REQUIRED' },
          { field: 'attributes.sizes', problem: 'NOT_ALLOWED' },
        ],
      });
      expect(await signUp({ attributes: { birthday: '1815' } })).toMatchObject({
        fields: [{ field: 'attributes.birthday', problem: 'TOO_SHORT' }],
      });
      expect(await signUp({ attributes: { birthday: '1815-12-10T00' } })).toMatchObject({
        fields: [{ field: 'attributes.birthday', problem: 'TOO_LONG' }],
      });
      expect(stack().okta.requests.all()).toEqual([]);
    });

    test('what the org asks for cannot be cleared', async () => {
      await signUp({ attributes: given });
      const headers = bearer((await logIn(stack(), ada)).accessToken);
      const input = { firstName: null, attributes: { birthday: null } };
      const { data } = await stack().gql(updateDocument, { input }, headers);
      expect(data?.['updateProfile']).toEqual({
        __typename: 'ValidationFailed',
        fields: [
          { field: 'firstName', problem: 'REQUIRED' },
          { field: 'attributes.birthday', problem: 'REQUIRED' },
        ],
      });
    });

    test('what Okta refuses of them is named too', async () => {
      await signUp({ attributes: given });
      const headers = bearer((await logIn(stack(), ada)).accessToken);
      const body = {
        errorCode: 'E0000001',
        errorSummary: 'Api validation failed: birthday',
        errorCauses: [{ errorSummary: 'birthday: Does not match required pattern' }],
      };
      stack().okta.fail({
        method: 'POST',
        path: /^\/api\/v1\/users/,
        fault: { kind: 'answer', status: 400, body: JSON.stringify(body) },
      });
      const fields = [{ field: 'attributes.birthday', problem: 'MALFORMED' }];
      const input = { attributes: { birthday: '1815-13-10' } };
      const { data } = await stack().gql(updateDocument, { input }, headers);
      expect(data?.['updateProfile']).toMatchObject({ fields });
      expect(await signUp({ email: 'eve@example.com', attributes: given })).toMatchObject({
        fields,
      });
    });

    test('a value of another type than the file says is not shown', async () => {
      const id = idOf(await signUp({ attributes: given }));
      const headers = { authorization: stack().basic };
      const user = await fetch(`${stack().okta.url}/api/v1/users/${id}`, {
        headers: { authorization: `SSWS ${stack().okta.seeded.apiToken}` },
      }).then((answer) => answer.json() as Promise<{ profile: object }>);
      const stale = { ...user, profile: { ...user.profile, birthday: 18151210 } };
      stack().okta.fail({
        method: 'GET',
        path: '/api/v1/users',
        fault: { kind: 'answer', status: 200, body: JSON.stringify([stale]) },
      });
      const { data, errors } = await stack().gql(userDocument, { id }, headers);
      expect(errors).toBeUndefined();
      expect(data?.['user']).toMatchObject({ attributes: { birthday: null } });
    });

    describe('integers beyond 32 bits', () => {
      const large = { memberNo: 4_915_123_456_789, orders: [7, -2_147_483_649, 2 ** 53 - 1] };
      const integers = 'attributes { memberNo orders }';
      const update = document(`mutation UpdateProfile($input: UpdateProfileInput!) {
        updateProfile(input: $input) {
          ... on UpdateProfileSuccess { user { ${integers} } }
          ... on ValidationFailed { fields { field problem } }
        }
      }`);

      test('are written and read by the customer and by services', async () => {
        const id = idOf(await signUp({ attributes: { ...given, memberNo: 2 ** 31 } }));
        const { accessToken } = await logIn(stack(), ada);
        const headers = bearer(accessToken);
        const input = { attributes: large };
        const { data } = await stack().gql(update, { input }, headers);
        expect(data?.['updateProfile']).toEqual({ user: { attributes: large } });
        const literal = document(
          `mutation { updateProfile(input: { attributes: { memberNo: ${large.memberNo} } }) {
            ... on UpdateProfileSuccess { user { ${integers} } }
          } }`,
        );
        const written = await stack().gql(literal, {}, headers);
        expect(written.data?.['updateProfile']).toEqual({ user: { attributes: large } });
        await writeAtOkta(id, { ledgerId: -9_007_199_254_740_991 });
        const asked = `{ ${integers} privateAttributes { ledgerId } }`;
        const asService = document(`query All($id: ID!, $token: String!) {
          user(id: $id) ${asked}
          users(ids: [$id]) ${asked}
          validateToken(input: { token: $token }) { user ${asked} }
        }`);
        const service = { authorization: stack().basic };
        const all = await stack().gql(asService, { id, token: accessToken }, service);
        const user = { attributes: large, privateAttributes: { ledgerId: -9_007_199_254_740_991 } };
        expect(all.errors).toBeUndefined();
        expect(all.data).toEqual({ user, users: [user], validateToken: { user } });
        const me = document(`{ me { ${integers} } }`);
        expect((await stack().gql(me, {}, headers)).data?.['me']).toEqual({ attributes: large });
      });

      test('are refused by name where JSON has lost their end, and null where Okta holds such', async () => {
        stack().okta.requests.clear();
        const attributes = { ...given, memberNo: 2 ** 53, orders: [1, 2 ** 60] };
        expect(await signUp({ attributes })).toMatchObject({
          fields: [
            { field: 'attributes.memberNo', problem: 'NOT_ALLOWED' },
            { field: 'attributes.orders', problem: 'NOT_ALLOWED' },
          ],
        });
        expect(stack().okta.requests.all()).toEqual([]);
        const id = idOf(await signUp({ attributes: given }));
        await writeAtOkta(id, { memberNo: 2 ** 60, orders: [7] });
        const ask = document(`query User($id: ID!) { user(id: $id) { ${integers} } }`);
        const { data, errors } = await stack().gql(ask, { id }, { authorization: stack().basic });
        expect(errors).toBeUndefined();
        expect(data?.['user']).toEqual({ attributes: { memberNo: null, orders: [7] } });
      });

      test.each([1.5, '7', true, [7]])('%j is none', async (memberNo) => {
        const input = { ...ada, attributes: { ...given, memberNo } };
        const { errors } = await stack().gql(signUpDocument, { input });
        expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['BAD_REQUEST']);
      });
    });

    test('the rules of a form name them', async () => {
      const { data } = await stack().gql(configDocument, {});
      const config = data?.['accountConfig'] as { signUp: { fields: object[] } };
      const { fields } = config.signUp;
      expect(fields).toContainEqual({ field: 'firstName', required: true, values: null });
      expect(fields.slice(-5)).toEqual([
        { field: 'attributes.birthday', required: true, values: null },
        { field: 'attributes.newsletter', required: false, values: null },
        { field: 'attributes.sizes', required: false, values: ['S', 'M', 'L'] },
        { field: 'attributes.memberNo', required: false, values: null },
        { field: 'attributes.orders', required: false, values: null },
      ]);
    });
  },
  { seed, accounts: { enumeration: 'open' } },
);
