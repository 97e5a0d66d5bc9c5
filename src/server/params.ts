import { Refusal } from './refusal.ts';

/** The parameters of a GraphQL-over-HTTP request (section 5.1). */
export interface GraphQLRequest {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

/** Far above any input of the schema, and low enough that nothing recursive can overflow later. */
const maxJsonDepth = 32;

/** @throws Refusal 400 for anything but one request: no JSON, too deep, a batch, a wrong member */
export function parseJsonParams(text: string): GraphQLRequest {
  if (jsonDepth(text) > maxJsonDepth) throw new Refusal(400, 'The JSON is nested too deeply.');
  return checkParams(parseJson(text, 'The body is not JSON.'));
}

/** From the query of a GET request. @throws Refusal as `parseJsonParams` */
export function parseUrlParams(search: URLSearchParams): GraphQLRequest {
  const members: Record<string, unknown> = {};
  for (const name of ['query', 'operationName']) {
    if (search.has(name)) members[name] = search.get(name);
  }
  for (const name of ['variables', 'extensions']) {
    const text = search.get(name) ?? '';
    if (jsonDepth(text) > maxJsonDepth) throw new Refusal(400, 'The JSON is nested too deeply.');
    if (text !== '') members[name] = parseJson(text, 'A parameter of the URL is not JSON.');
  }
  return checkParams(members);
}

/** Without the parser's own message: it quotes the text. */
function parseJson(text: string, failure: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, failure);
  }
}

/** By brackets outside of strings, so that a bomb is seen before anything is built from it. */
function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

function checkParams(value: unknown): GraphQLRequest {
  if (Array.isArray(value)) throw new Refusal(400, 'Batches are not supported.');
  if (!isObject(value)) throw new Refusal(400, 'The body is not a GraphQL request.');
  const { query, operationName, variables, extensions, ...others } = value;
  if (typeof query !== 'string' || query === '') {
    throw new Refusal(400, 'The parameter `query` is missing or not a string.');
  }
  if (Object.keys(others).length > 0) {
    throw new Refusal(400, 'The request has a parameter that GraphQL over HTTP does not know.');
  }
  return {
    query,
    ...optional('operationName', operationName, isString),
    ...optional('variables', variables, isObject),
    ...optional('extensions', extensions, isObject),
  };
}

/** GraphQL over HTTP lets a client send null for a parameter that it does not use. */
function optional<Name extends string, Value>(
  name: Name,
  value: unknown,
  fits: (value: unknown) => value is Value,
): { readonly [name in Name]?: Value } | undefined {
  if (value === undefined || value === null) return undefined;
  if (!fits(value)) throw new Refusal(400, `The parameter \`${name}\` has the wrong type.`);
  return { [name]: value } as { readonly [name in Name]: Value };
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
