import { beforeEach, expect, test } from 'vitest';
import { MeDocument, TypedDocumentString } from '../../src/clients/storefront/documents/graphql.ts';
import { subgraphSdl } from '../../src/graphql/schema.ts';
import { afterLogIn, bearer, logIn } from './flows.ts';

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
const ServiceDocument = new TypedDocumentString<{ _service: { sdl: string } }, object>(
  '{ _service { sdl } }',
);
const references = (...ids: unknown[]) => ({
  representations: ids.map((id) => ({ __typename: 'User', id }) as const),
});

afterLogIn(
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

    test("a customer's token gives their own account as an entity, with `me`", async () => {
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

    test('what a router composes at run time is schema/subgraph.graphql', async () => {
      const { data } = await stack().gql(ServiceDocument, {}, { authorization: stack().basic });
      expect(data?._service.sdl).toBe(subgraphSdl());
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

    test('a customer may send 100 references, and a service as many as fit', async () => {
      const ask = async (count: number, headers: { authorization: string }) => {
        const ids = Array.from({ length: count - 1 }, () => other);
        const { data, errors } = await stack().gql(
          EntitiesDocument,
          references(own.id, ...ids),
          headers,
        );
        const codes = new Set(errors?.map(({ extensions }) => extensions?.['code']));
        return { given: data?._entities.filter(Boolean).length, codes: [...codes] };
      };
      const customer = bearer(accessToken);
      expect(await ask(100, customer)).toEqual({ given: 1, codes: ['FORBIDDEN'] });
      expect(await ask(101, customer)).toEqual({ given: undefined, codes: ['BAD_REQUEST'] });
      expect(await ask(1000, { authorization: stack().basic })).toEqual({ given: 1000, codes: [] });
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
    // Okta's SDK takes seconds to load on a busy machine.
    okta: { callTimeoutMs: 8_000 },
    seed: { users: [{ id: other, email: 'other@example.com', password: null }] },
  },
);
