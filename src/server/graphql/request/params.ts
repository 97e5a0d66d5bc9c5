import { parseJson } from '../../http/body.ts';
import { HttpError } from '../../http/http-error.ts';
import { type Documents, documentId as idOf } from '../documents/persisted-documents.ts';

/** The parameters of a GraphQL-over-HTTP request (section 5.1). */
export interface GraphQLRequest {
  /** As it was sent, or of the persisted document that was named. */
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

/** Far above any input of the schema, and low enough that nothing recursive can overflow later. */
const maxJsonDepth = 32;

/**
 * @throws HttpError 400 for anything but one request: no JSON, too deep, a batch, a wrong member, a
 * document that is not known
 */
export function parseJsonParams(text: string, documents: Documents): GraphQLRequest {
  return checkParams(parseParam(text, 'The body is not JSON.'), documents);
}

/** From the query of a GET request. @throws HttpError as `parseJsonParams` */
export function parseUrlParams(search: URLSearchParams, documents: Documents): GraphQLRequest {
  const members: Record<string, unknown> = {};
  for (const name of ['query', 'documentId', 'operationName']) {
    if (search.has(name)) members[name] = search.get(name);
  }
  for (const name of ['variables', 'extensions']) {
    const text = search.get(name) ?? '';
    if (text !== '') members[name] = parseParam(text, 'A parameter of the URL is not JSON.');
  }
  return checkParams(members, documents);
}

function parseParam(text: string, failure: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new HttpError(400, failure);
  if (!fitsDepth(value, maxJsonDepth)) throw new HttpError(400, 'The JSON is nested too deeply.');
  return value;
}

/** Whether lists and objects are nested no deeper than this; V8's own parser is not recursive. */
function fitsDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  // Nothing is inherited by what comes out of JSON; a list of its values would take longer than they do.
  for (const name in value) if (!fitsDepth(Reflect.get(value, name), depth - 1)) return false;
  return true;
}

function checkParams(value: unknown, documents: Documents): GraphQLRequest {
  if (Array.isArray(value)) throw new HttpError(400, 'Batches are not supported.');
  if (!isObject(value)) throw new HttpError(400, 'The body is not a GraphQL request.');
  for (const name of Object.keys(value)) if (!members.has(name)) throw unknownParameter(name);
  const { operationName, variables, extensions } = value;
  // Not by spread of what is there, which takes longer than to parse it.
  const params: { -readonly [Name in keyof GraphQLRequest]: GraphQLRequest[Name] } = {
    query: queryOf(value, documents),
  };
  // Empty counts as left out: the specification says so for GET, and clients also send it by POST.
  if (isGiven('operationName', operationName, isString) && operationName !== '') {
    params.operationName = operationName;
  }
  if (isGiven('variables', variables, isObject)) params.variables = variables;
  if (isGiven('extensions', extensions, isObject)) params.extensions = extensions;
  return params;
}

/** What the name of a parameter looks like; anything else may be a secret. */
const nameOfParameter = /^[a-z_][\w.-]{0,39}$/i;

function unknownParameter(name: string): HttpError {
  const which = nameOfParameter.test(name) ? `the parameter \`${name}\`` : 'a parameter';
  return new HttpError(
    400,
    `The request has ${which} that GraphQL over HTTP does not know. Leave it out, or put it into \`extensions\`.`,
  );
}

function queryOf(
  { query, documentId, extensions }: Readonly<Record<string, unknown>>,
  documents: Documents,
): string {
  const id = isGiven('documentId', documentId, isString) && documentId !== '' ? documentId : null;
  if (isGiven('query', query, isString) && query !== '') {
    if (id === null) return query;
    throw new HttpError(400, 'The request has both a `query` and a `documentId`.');
  }
  const named = id ?? idOfApollo(extensions);
  if (named === null) throw new HttpError(400, 'The parameter `query` is missing or not a string.');
  const known = documents.textOf(named);
  if (known !== null) return known;
  // The text on which Apollo Client and urql send the document in full.
  throw new HttpError(400, 'PersistedQueryNotFound', { code: 'PERSISTED_QUERY_NOT_FOUND' });
}

/** As Apollo Client and urql name a document. */
function idOfApollo(extensions: unknown): string | null {
  const named = isObject(extensions) ? extensions['persistedQuery'] : null;
  const digest = isObject(named) ? named['sha256Hash'] : null;
  return isString(digest) ? idOf(digest) : null;
}

const members: ReadonlySet<string> = new Set([
  'query',
  'documentId',
  'operationName',
  'variables',
  'extensions',
]);

/** GraphQL over HTTP lets a client send null for a parameter that it does not use. */
function isGiven<Value>(
  name: string,
  value: unknown,
  fits: (value: unknown) => value is Value,
): value is Value {
  if (value === undefined || value === null) return false;
  if (!fits(value)) throw new HttpError(400, `The parameter \`${name}\` has the wrong type.`);
  return true;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
