import { type Answer, dataOf, readAnswer } from './answer.ts';
import { createPrepare, type Prepared, type TypedDocument } from './document.ts';
import { AccountApiError, type TransportCode } from './errors.ts';
import { headersOf } from './headers.ts';
import { type AccountClientSettings, type CallContext, problemOf } from './settings.ts';

/** Sends one document and gives its data. @throws AccountApiError */
export type Request = <Result, Variables>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  context?: CallContext,
) => Promise<Result>;

export interface Transport {
  readonly request: Request;
  /** How far the API's clock is ahead of this machine's, in ms; 0 until it has answered. */
  ahead(): number;
}

const defaultTimeoutMs = 10_000;
const mostUnknown = 500;
/** `Date` counts whole seconds and the answer took its time: less than this is no difference. */
const toleratedMs = 5_000;

/** @throws TypeError for settings that cannot work */
export function createTransport(settings: AccountClientSettings): Transport {
  const problem = problemOf(settings);
  if (problem !== null) throw new TypeError(`createAccountClient: ${problem}.`);
  const { now = Date.now } = settings;
  const prepare = createPrepare();
  /** Ids that this API does not know, so that each costs one request in vain and not one each time. */
  const unknown = new Set<string>();
  let aheadMs = 0;

  async function exchange(prepared: Prepared, variables: unknown, context: CallContext) {
    const byId = !unknown.has(prepared.id);
    const document = byId ? { documentId: prepared.id } : { query: prepared.text };
    const answer = await post(settings, prepared.name, { ...document, variables }, context);
    if (answer.date !== null) {
      const difference = answer.date - now();
      aheadMs = Math.abs(difference) > toleratedMs ? difference : 0;
    }
    return answer;
  }

  return {
    ahead: () => aheadMs,
    async request<Result, Variables>(
      document: TypedDocument<Result, Variables>,
      variables: Variables,
      context: CallContext = {},
    ): Promise<Result> {
      const prepared = await prepare(document);
      let answer = await exchange(prepared, variables, context);
      if (answer.errors[0]?.code === 'PERSISTED_QUERY_NOT_FOUND' && !unknown.has(prepared.id)) {
        if (unknown.size >= mostUnknown) unknown.clear();
        unknown.add(prepared.id);
        answer = await exchange(prepared, variables, context);
      }
      return dataOf<Result>(answer, prepared.name, [variables, context]);
    },
  };
}

async function post(
  settings: AccountClientSettings,
  operation: string,
  body: object,
  context: CallContext,
): Promise<Answer> {
  const headers = await headersOf(settings.service, context).catch(() => {
    throw new AccountApiError('SECRET_UNAVAILABLE', { operation });
  });
  const timeout = AbortSignal.timeout(settings.timeoutMs ?? defaultTimeoutMs);
  const { signal } = context;
  try {
    const response = await (settings.fetch ?? fetch)(settings.url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      // Next keeps answers of fetch, even of POST, unless a call forbids it.
      cache: 'no-store',
      // A redirect would carry the credentials elsewhere.
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    return await readAnswer(response, operation);
  } catch (failure) {
    if (failure instanceof AccountApiError) throw failure;
    throw new AccountApiError(codeOf(timeout, signal), { operation, detail: reasonOf(failure) });
  }
}

function codeOf(timeout: AbortSignal, signal: AbortSignal | undefined): TransportCode {
  if (signal?.aborted === true) return 'ABORTED';
  return timeout.aborted ? 'TIMEOUT' : 'NETWORK';
}

/** The system's word for it, such as ECONNREFUSED: texts of `fetch` may name what was sent. */
function reasonOf(failure: unknown): string | undefined {
  const { cause } = failure as { cause?: { code?: unknown } };
  const code = cause?.code;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined;
}
