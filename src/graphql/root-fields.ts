import { type GraphQLField, type GraphQLSchema, isUnionType } from 'graphql';
import { requireService } from './access.ts';
import type { Context } from './context.ts';
import { callerError } from './top-level-errors.ts';

/** Runs in place of a resolver, and runs it. */
type Around = (
  run: () => Promise<unknown>,
  call: { readonly args: Readonly<Record<string, unknown>>; readonly context: Context },
) => Promise<unknown>;

/**
 * The federation plugin leaves its own fields open to everyone: `_entities` would give any account
 * by id, and `_service` the whole schema where introspection is off.
 */
export function guardFederation(schema: GraphQLSchema): void {
  const fields = schema.getQueryType()?.getFields() ?? {};
  wrap(fields['_service'], async (run, { context }) => {
    await requireService(context);
    return run();
  });
  const entity = schema.getType('_Entity');
  const types = isUnionType(entity) ? entity.getTypes() : [];
  const entities: ReadonlySet<unknown> = new Set(types.map(({ name }) => name));
  wrap(fields['_entities'], async (run, { args: { representations }, context }) => {
    await requireService(context);
    // They are of the scalar `_Any`, so nobody has checked them; the plugin would fail at others.
    const known = [representations].flat().every((one) => entities.has(typeNameOf(one)));
    if (!known) throw callerError('BAD_REQUEST');
    return run();
  });
}

function wrap(field: GraphQLField<unknown, Context> | undefined, around: Around): void {
  const resolve = field?.resolve;
  if (!field || !resolve) throw new Error('The schema lacks a field to guard.');
  field.resolve = (source, args, context, info) =>
    around(async () => resolve(source, args, context, info), { args, context });
}

function typeNameOf(representation: unknown): unknown {
  if (typeof representation !== 'object' || representation === null) return null;
  return '__typename' in representation ? representation.__typename : null;
}
