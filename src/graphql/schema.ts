import { printSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { requireService } from './access.ts';
import { builder } from './builder.ts';
import './errors.ts';
import './change-expired-password.ts';
import './log-in.ts';
import './log-out.ts';
import './me.ts';
import './refresh-token.ts';
import './request-password-reset.ts';
import './reset-password.ts';
import './sign-up.ts';
import './users.ts';
import './validate-token.ts';

/** What the server serves: every field for callers, and the two by which a federation router calls. */
export const schema: GraphQLSchema = forServicesOnly(builder.toSubGraphSchema({}), [
  '_entities',
  '_service',
]);

/**
 * The federation plugin leaves its own fields open to everyone: `_entities` would give any account
 * by id, and `_service` the whole schema where introspection is off.
 */
function forServicesOnly(schema: GraphQLSchema, names: readonly string[]): GraphQLSchema {
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const name of names) {
    const field = fields[name];
    const resolve = field?.resolve;
    if (!field || !resolve) throw new Error(`The schema has no field ${name} to guard.`);
    field.resolve = async (source, args, context, info) => {
      await requireService(context);
      return resolve(source, args, context, info);
    };
  }
  return schema;
}

/** schema/schema.graphql: what callers see, without the fields of federation. */
export function callerSdl(): string {
  return `${printSchema(lexicographicSortSchema(builder.toSchema()))}\n`;
}

/** schema/subgraph.graphql: what a federation router composes. */
export function subgraphSdl(): string {
  return `${printSubgraphSchema(schema)}\n`;
}
