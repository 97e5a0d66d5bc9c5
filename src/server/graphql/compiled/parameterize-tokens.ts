import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
  type VariableNode,
  validate,
  visit,
} from 'graphql';

/** The text of a document without its tokens. Texts of one shape differ only in their tokens. */
export interface ParameterizedText {
  readonly shape: string;
  readonly tokens: readonly string[];
  /** Of the opening quotes in the text. */
  readonly offsets: readonly number[];
}

/** How a string literal with a JWT begins: its header is a JSON object in base64url. */
const opening = '"eyJ';
/** Nothing here can end the literal or mean anything else in it than itself. */
const tokenCharacters = /^[\w.-]+$/;
/**
 * Half of a surrogate pair: no document contains it, so no shape with tokens equals the text of a
 * document.
 */
const gap = '\uD800';

/**
 * Many backends write the token into the query. Then each of their texts is new, and would have to be
 * parsed and validated again.
 */
export function parameterizeTokens(text: string): ParameterizedText {
  if (text.includes(gap)) return { shape: text, tokens: [], offsets: [] };
  const tokens: string[] = [];
  const offsets: number[] = [];
  let shape = '';
  let rest = 0;
  for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, rest)) {
    const end = text.indexOf('"', at + 1);
    const token = text.slice(at + 1, end);
    // Without an end `rest` would lead back here for ever.
    if (end < 0 || !tokenCharacters.test(token)) break;
    shape += text.slice(rest, at) + gap;
    tokens.push(token);
    offsets.push(at);
    rest = end + 1;
  }
  return { shape: rest === 0 ? text : shape + text.slice(rest), tokens, offsets };
}

/** No document may have the name, or it would lose a variable of its own. */
const variablePrefix = 'liftedToken';

export function variableName(index: number): string {
  return `${variablePrefix}${index}`;
}

/**
 * The document with a variable for each literal at the offsets. Null where that would change the
 * meaning: the text is not a literal, its place does not take a `String!`, or it is compared with
 * another literal.
 */
export function parameterizeDocument(
  document: DocumentNode,
  { tokens, offsets }: Pick<ParameterizedText, 'tokens' | 'offsets'>,
  schema: GraphQLSchema,
): DocumentNode | null {
  if (tokens.length === 0) return document;
  let lifted = 0;
  let isNameTaken = false;
  const withVariables = visit(document, {
    // Its default value has to be a constant.
    VariableDefinition: () => false,
    Variable({ name }) {
      if (name.value.startsWith(variablePrefix)) isNameTaken = true;
    },
    StringValue({ loc, block }) {
      const index = offsets.indexOf(loc?.start ?? -1);
      if (index < 0 || block === true) return undefined;
      lifted += 1;
      return variable(index);
    },
  });
  if (isNameTaken || lifted < offsets.length) return null;
  const declared = visit(withVariables, {
    OperationDefinition: (operation) => declare(operation, offsets.length),
  });
  return validate(schema, declared).length === 0 ? declared : null;
}

function declare(operation: OperationDefinitionNode, count: number): OperationDefinitionNode {
  const definitions = Array.from({ length: count }, (_, index) => stringVariable(index));
  return {
    ...operation,
    variableDefinitions: [...(operation.variableDefinitions ?? []), ...definitions],
  };
}

function variable(index: number): VariableNode {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: variableName(index) } };
}

function stringVariable(index: number): VariableDefinitionNode {
  const name = { kind: Kind.NAME, value: 'String' } as const;
  const type = { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name } } as const;
  return { kind: Kind.VARIABLE_DEFINITION, variable: variable(index), type };
}
