import { beforeEach, expect, test } from 'vitest';
import { MeDocument, TypedDocumentString } from '../gql/graphql.ts';
import { bearer, logIn, onBothFlows } from './flows.ts';

interface Entity {
  readonly id: string;
  readonly email: string;
}
const EntitiesDocument = new TypedDocumentString<
  { _entities: readonly (Entity | null)[] },
  { representations: readonly { __typename: 'User'; id: unknown }[] }
>(`query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on User { id email } }
}`);
const BothDocument = new TypedDocumentString<
  { me: Entity | null; _entities: readonly (Entity | null)[] },
  { representations: readonly { __typename: 'User'; id: unknown }[] }
>(`query Both($representations: [_Any!]!) {
  me { id email }
  _entities(representations: $representations) { ... on User { id email } }
}`);
const other = '00uother000000000001';
const references = (...ids: unknown[]) => ({
  representations: ids.map((id) => ({ __typename: 'User', id }) as const),
});

onBothFlows(
  (stack) => {
    let accessToken: string;
    let own: Entity;
    beforeEach(async () => {
      ({ accessToken } = await logIn(stack()));
      const { data } = await stack().gql(MeDocument, {}, bearer(accessToken));
      own = { id: data?.me?.id ?? '', email: data?.me?.email ?? '' };
    });
    const userReads = () =>
      stack()
        .okta.requests.all()
        .filter(({ path }) => path.startsWith('/api/v1/users'));

    test("a customer's token gives their own account as an entity, beside `me`", async () => {
      stack().okta.requests.clear();
      const { data, errors } = await stack().gql(
        BothDocument,
        references(own.id),
        bearer(accessToken),
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({ me: own, _entities: [own] });
      expect(userReads()).toHaveLength(1);
    });

    test('every other reference is an error of its own, whether or not there is such an account', async () => {
      stack().okta.requests.clear();
      const { data, errors } = await stack().gql(
        EntitiesDocument,
        references(other, own.id, '00unobody00000000000', null, [own.id]),
        bearer(accessToken),
      );
      expect(data?._entities).toEqual([null, own, null, null, null]);
      expect(
        errors?.map(({ path, extensions }) => [...(path ?? []), extensions?.['code']]),
      ).toEqual([0, 2, 3, 4].map((index) => ['_entities', index, 'FORBIDDEN']));
      const [known, unknown] = errors ?? [];
      expect({ ...known, path: [], locations: [] }).toEqual({
        ...unknown,
        path: [],
        locations: [],
      });
      // By id alone: nothing was asked about the others.
      expect(JSON.stringify(userReads())).not.toContain(other);
    });

    test.each(['SUSPENDED', 'DEPROVISIONED'] as const)(
      'an account that is %s is no entity, as it is no `me`',
      async (status) => {
        stack().okta.setStatus(own.email, status);
        const { data, errors } = await stack().gql(
          BothDocument,
          references(own.id, other),
          bearer(accessToken),
        );
        expect(data).toEqual({ me: null, _entities: [null, null] });
        const codes = errors?.map(({ path, extensions }) => [
          path?.join('.'),
          extensions?.['code'],
        ]);
        expect(Object.fromEntries(codes ?? [])).toEqual({
          me: 'TOKEN_INVALID',
          '_entities.0': 'TOKEN_INVALID',
          '_entities.1': 'FORBIDDEN',
        });
      },
    );
  },
  {
    seed: { users: [{ id: other, email: 'other@example.com', password: null }] },
  },
);
