import { AccountApiError } from './errors.ts';

interface TopLevelError {
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** The API's clock, in ms; null where the answer does not say. */
  readonly date: number | null;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly TopLevelError[];
}

/** @throws AccountApiError NOT_GRAPHQL */
export async function readAnswer(response: Response, operation: string): Promise<Answer> {
  const { status, headers } = response;
  const requestId = headers.get('x-request-id') ?? undefined;
  const retryAfterSeconds = secondsOf(headers.get('retry-after'));
  // Read in any case, so that the connection can be used again.
  const body = parse(await response.text());
  if (!isObject(body) || (!('data' in body) && !Array.isArray(body['errors']))) {
    throw new AccountApiError('NOT_GRAPHQL', { operation, status, requestId, retryAfterSeconds });
  }
  const date = Date.parse(headers.get('date') ?? '');
  return {
    status,
    requestId,
    retryAfterSeconds,
    date: Number.isNaN(date) ? null : date,
    data: isObject(body['data']) ? body['data'] : null,
    errors: Array.isArray(body['errors']) ? body['errors'].map(readError) : [],
  };
}

/**
 * All data, or nothing: half an answer is an error, as fields beside a failed one say too little.
 * @param sent nothing of it may show in an error @throws AccountApiError
 */
export function dataOf<Result>(answer: Answer, operation: string, sent: unknown): Result {
  const { status, requestId, data, errors } = answer;
  const [first] = errors;
  if (first === undefined) {
    if (data === null) throw new AccountApiError('INCOMPATIBLE', { operation, status, requestId });
    return data as Result;
  }
  const code = isUnknownToSchema(first) ? 'INCOMPATIBLE' : first.code;
  throw new AccountApiError(code, {
    operation,
    status,
    requestId,
    retryAfterSeconds: first.retryAfterSeconds ?? answer.retryAfterSeconds,
    // For developers: the other texts say no more than the code.
    detail: aboutRequest.has(code) && !mentions(first.message, sent) ? first.message : undefined,
  });
}

const aboutRequest: ReadonlySet<string> = new Set(['BAD_REQUEST', 'INCOMPATIBLE']);

/** What the API, and graphql-js, say of a document that is valid under another schema. */
function isUnknownToSchema({ code, message }: TopLevelError): boolean {
  return (
    code === 'GRAPHQL_VALIDATION_FAILED' ||
    /^(The document does not fit the schema|Cannot query field|Unknown (type|argument|field)|Fragment cannot be spread|Field ".*" argument)/.test(
      message,
    )
  );
}

function readError(error: unknown): TopLevelError {
  const { message, extensions } = isObject(error) ? error : {};
  const { code, retryAfterSeconds } = isObject(extensions) ? extensions : {};
  return {
    message: typeof message === 'string' ? message : '',
    code: typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : 'INTERNAL',
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
  };
}

/** Whether a text has one of the strings in `sent`, at any depth. */
function mentions(text: string, sent: unknown): boolean {
  if (typeof sent === 'string') return sent.length > 3 && text.includes(sent);
  return typeof sent === 'object' && sent !== null
    ? Object.values(sent).some((value) => mentions(text, value))
    : false;
}

function secondsOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
