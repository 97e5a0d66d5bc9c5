import {
  astFromValue,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLScalarType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isScalarType,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;
/** Returns the value with all defaults filled in; `unfit` where it does not fit the type. */
type Read = (value: unknown) => unknown;

const unfit = Symbol('unfit');

/**
 * Reads variables for a compiled document, whose own coercion takes some values that GraphQL does not,
 * such as a list for an object, and demands a field that is required and has a default. Strict: null
 * also for what GraphQL would coerce, such as a number for an ID, and for a variable that is null or
 * left out, so that graphql-js does it.
 * @returns null where the document has a variable of a type that this does not know
 */
export function createVariablesReader(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): ((variables: Variables) => Variables | null) | null {
  const readers = definitions.map(({ variable, type: node, defaultValue }) => {
    const type = typeFromAST(schema, node);
    const read = isInputType(type) ? readerOf(type, new Set()) : null;
    const fallback = defaultValue && valueFromASTUntyped(defaultValue);
    return read && { name: variable.name.value, read, fallback };
  });
  const known = readers.filter((reader) => reader !== null);
  if (known.length < readers.length) return null;
  return (variables) => {
    const all: Record<string, unknown> = {};
    for (const { name, read, fallback } of known) {
      const sent = Object.hasOwn(variables, name) ? variables[name] : fallback;
      // What is left out and what is null are one to a compiled document, in a literal for example.
      const value = sent === undefined || sent === null ? unfit : read(sent);
      if (value === unfit) return null;
      all[name] = value;
    }
    return all;
  };
}

/** Null for a type that this does not know. @param within the types around it: one in itself is not known */
function readerOf(type: GraphQLInputType, within: ReadonlySet<GraphQLInputType>): Read | null {
  if (isNonNullType(type)) {
    const read = readerOf(type.ofType, within);
    return read && ((value) => (value === undefined || value === null ? unfit : read(value)));
  }
  const read = readerOfGiven(type, within);
  return read && ((value) => (value === undefined || value === null ? value : read(value)));
}

function readerOfGiven(type: GraphQLInputType, within: ReadonlySet<GraphQLInputType>): Read | null {
  if (isListType(type)) return readerOfList(readerOf(type.ofType, within));
  if (isScalarType(type)) return readerOfScalar(type);
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => (names.has(value) ? value : unfit);
  }
  if (!isInputObjectType(type) || type.isOneOf || within.has(type)) return null;
  return readerOfObject(Object.values(type.getFields()), new Set([...within, type]));
}

function readerOfList(readItem: Read | null): Read | null {
  if (readItem === null) return null;
  return (value) => {
    if (!Array.isArray(value)) return unfit;
    const items = value.map((item) => readItem(item));
    return items.includes(unfit) ? unfit : items;
  };
}

function readerOfScalar({ name }: GraphQLScalarType): Read | null {
  switch (name) {
    case 'ID':
    case 'String':
      return (value) => (typeof value === 'string' ? value : unfit);
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? value : unfit);
    case 'Int':
      // Of 32 bits.
      return (value) => (typeof value === 'number' && value === (value | 0) ? value : unfit);
    default:
      return null;
  }
}

function readerOfObject(
  fields: readonly GraphQLInputField[],
  within: ReadonlySet<GraphQLInputType>,
): Read | null {
  const readers = fields.map((field) => {
    const read = readerOf(field.type, within);
    return read && { name: field.name, read, fallback: fallbackOf(field) };
  });
  const known = readers.filter((reader) => reader !== null);
  if (known.length < readers.length) return null;
  const names = new Set(known.map(({ name }) => name));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return unfit;
    for (const name of Object.keys(value)) if (!names.has(name)) return unfit;
    const all: Record<string, unknown> = {};
    for (const { name, read, fallback } of known) {
      const sent = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
      const part = sent === undefined && fallback !== undefined ? fallback : read(sent);
      if (part === unfit) return unfit;
      if (part !== undefined) all[name] = part;
    }
    return all;
  };
}

/** As a caller would send it; undefined where it is missing. */
function fallbackOf(field: GraphQLInputField): unknown {
  const literal =
    field.defaultValue === undefined ? null : astFromValue(field.defaultValue, field.type);
  return literal ? valueFromASTUntyped(literal) : undefined;
}
