import {
  astFromValue,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;
type Fill = (value: unknown) => unknown;

/**
 * Variables with the defaults of their input fields in place, as a caller would have sent them: the
 * compiled coercion demands a field that is required and has a default. For variables that fit.
 */
export function createInputDefaults(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): (variables: Variables) => Variables {
  const known = new Map<GraphQLInputType, Fill | null>();
  const fills = definitions.flatMap(({ variable, type: node }) => {
    const type = typeFromAST(schema, node);
    const fill = isInputType(type) ? fillOf(type, known) : null;
    return fill === null ? [] : [[variable.name.value, fill] as const];
  });
  if (fills.length === 0) return (variables) => variables;
  return (variables) => {
    const filled = { ...variables };
    for (const [name, fill] of fills) {
      if (name in filled) filled[name] = fill(filled[name]);
    }
    return filled;
  };
}

/** Null for a type that has no fields. */
function fillOf(type: GraphQLInputType, known: Map<GraphQLInputType, Fill | null>): Fill | null {
  if (isNonNullType(type)) return fillOf(type.ofType, known);
  if (isListType(type)) {
    const fill = fillOf(type.ofType, known);
    return fill && ((value) => (Array.isArray(value) ? value.map(fill) : fill(value)));
  }
  if (!isInputObjectType(type)) return null;
  const found = known.get(type);
  if (found !== undefined) return found;
  const fields = Object.values(type.getFields());
  const fill: Fill = (value) => {
    if (!isRecord(value)) return value;
    const filled: Record<string, unknown> = { ...value };
    for (const { name, inner, fallback } of parts) {
      if (filled[name] !== undefined) filled[name] = inner ? inner(filled[name]) : filled[name];
      else if (fallback !== undefined) filled[name] = fallback;
    }
    return filled;
  };
  // Before its fields, since a type may be among its own.
  known.set(type, fill);
  const parts = fields.map((field) => {
    const literal =
      field.defaultValue === undefined ? null : astFromValue(field.defaultValue, field.type);
    const fallback = literal ? valueFromASTUntyped(literal) : undefined;
    return { name: field.name, inner: fillOf(field.type, known), fallback };
  });
  return fill;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
