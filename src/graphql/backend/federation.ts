import {
  extendSchema,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isUnionType,
  parse,
} from 'graphql';
import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import type { User } from '../../identity/model.ts';
import type { Context } from '../base/context.ts';
import { settleEach } from '../base/settle-each.ts';
import { callerError } from '../base/top-level-errors.ts';
import { ownAccount, requireService } from '../guards/access.ts';

/** https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec */
const subgraphFields = parse(`
  "A reference of a federation router: \`{ __typename, id }\`."
  scalar _Any

  "The types that other subgraphs of a federation refer to."
  union _Entity = User

  "This subgraph, as a federation router composes it."
  type _Service {
    "The schema of \`schema/subgraph.graphql\`."
    sdl: String!
  }

  extend type Query {
    "For federation routers: the accounts of references, null for an unknown id. A service may read every account, a customer their own; for any other the error \`FORBIDDEN\` is at its place in the list. A customer may send at most 100 references."
    _entities(representations: [_Any!]!): [_Entity]!

    "For federation routers that compose at run time; for services only."
    _service: _Service!
  }
`);

/** The fields by which a federation router calls, beside those for callers. */
export function withSubgraphFields(schema: GraphQLSchema, sdl: string): GraphQLSchema {
  const served = extendSchema(schema, subgraphFields);
  const entity = served.getType('_Entity');
  if (isUnionType(entity)) entity.resolveType = () => 'User';
  const fields = served.getQueryType()?.getFields() ?? {};
  Object.assign(fields['_service'] ?? {}, { resolve: readService(sdl) });
  Object.assign(fields['_entities'] ?? {}, { resolve: readEntities });
  return served;
}

/** An error takes a tenth of a millisecond. What a service sends is bounded by the body. */
const mostOfCustomer = 100;

type Resolve<Args = object> = GraphQLFieldResolver<unknown, Context, Args>;

function readService(sdl: string): Resolve {
  return async (_root, _args, context) => {
    await requireService(context);
    return { sdl };
  };
}

const readEntities: Resolve<{ representations: readonly unknown[] }> = async (
  _root,
  { representations },
  context,
) => {
  const { read, most } = await readerOf(context);
  // They are of the scalar `_Any`, so their shape is not checked yet.
  if (representations.length > most || !representations.every(isOfUser)) {
    throw callerError('BAD_REQUEST');
  }
  return settleEach(representations.map(({ id }) => read(id)));
};

interface Reader {
  /** Returns the error for an account that the caller may not read. */
  readonly read: (id: unknown) => PromiseOrValue<User | null | GraphQLError>;
  /** References in one request. */
  readonly most: number;
}

/** @throws GraphQLError as `requireService` */
async function readerOf(context: Context): Promise<Reader> {
  const caller = await context.caller();
  if (caller.kind === 'customer') {
    const { userId } = caller.token;
    const read = (id: unknown) => (id === userId ? readOwn(context) : callerError('FORBIDDEN'));
    return { read, most: mostOfCustomer };
  }
  await requireService(context);
  const read = (id: unknown) => (typeof id === 'string' ? context.users.load(id) : null);
  return { read, most: Number.POSITIVE_INFINITY };
}

async function readOwn(context: Context): Promise<User | null> {
  return (await ownAccount(context))?.user ?? null;
}

function isOfUser(representation: unknown): representation is { readonly id?: unknown } {
  if (typeof representation !== 'object' || representation === null) return false;
  return '__typename' in representation && representation.__typename === 'User';
}

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key"])';

/** What a federation router composes. @param sdl what callers see */
export function subgraphSdlOf(sdl: string): string {
  const keyed = sdl.replace(/^type User [^{]*/m, (head) => `${head}@key(fields: "id") `);
  return `${link}\n\n${keyed}`;
}
