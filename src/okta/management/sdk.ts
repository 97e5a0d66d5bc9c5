import type { Client } from '@okta/okta-sdk-nodejs';
import type { OktaConfig } from '../../config.ts';
import { AccountError, ProviderMisconfigured } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import { RecoveryRefused, toError, UserNotFound } from '../errors/error-table.ts';
import type { OktaRequest } from '../http/call.ts';
import type { OktaHttp, Send } from '../http/client.ts';
import type { DpopOf } from '../oauth/dpop.ts';
import { readFailure, unreadableAnswer } from '../wire/answer.ts';
import type { OktaEndpoint } from '../wire/endpoints.ts';
import type { Skip } from '../wire/members.ts';
import { createManagementAuthorization, type OnMissingScopes } from './authorization.ts';

/**
 * Runs one call of the Okta SDK over our own HTTP client.
 * @throws the error table's error for the answer; UpstreamUnavailable if the SDK cannot read it
 */
export type Management = <Answer>(
  endpoint: OktaEndpoint,
  context: CallContext,
  work: (users: Client['userApi'], sdk: Client, skip: Skip) => Promise<Answer>,
) => Promise<Answer>;

/** Errors of the error table, as opposed to those of the SDK. */
const outcomes = [AccountError, ProviderMisconfigured, RecoveryRefused, UserNotFound] as const;

interface Options {
  readonly http: OktaHttp;
  readonly now: () => number;
  readonly onMissingScopes?: OnMissingScopes;
  readonly dpop?: DpopOf | undefined;
}

export function createManagement(
  config: Pick<OktaConfig, 'orgUrl' | 'management'>,
  options: Options,
): Management {
  const { http, now } = options;
  const sendAuthorized = createManagementAuthorization(config, options);

  async function execute(request: SdkRequest, call: SdkCall): Promise<Response> {
    // The SDK follows the Link to a next page to any host.
    if (!request.url?.startsWith(`${config.orgUrl}/api/v1/`)) {
      throw new Error('The Okta SDK was sent to another place.');
    }
    const { endpoint, context, send } = call;
    const response = await sendAuthorized(oktaRequest(request, endpoint), send, context);
    // The SDK would throw an error with URL and body, and read a page of HTML as an empty user.
    if (!response.ok || !isReadable(request, response)) {
      throw toError(await readFailure(call.endpoint, response, now()));
    }
    // The SDK fails at a Link of over 2000 characters: 50 ids in a filter, of which we follow no page.
    if (call.endpoint === 'users/list') response.headers.delete('link');
    return response;
  }

  return async (endpoint, context, work) => {
    const { default: okta } = await loadOktaSdk();
    return http.exchange(async (send, skip) => {
      const call = { endpoint, context, send };
      const sdk = createClient(okta, config.orgUrl, (request) => execute(request, call));
      try {
        return await work(sdk.userApi, sdk, skip);
      } catch (error) {
        if (context.signal.aborted) throw context.signal.reason;
        if (outcomes.some((type) => error instanceof type)) throw error;
        throw unreadableAnswer(error);
      }
    });
  };
}

interface SdkCall {
  readonly endpoint: OktaEndpoint;
  readonly context: CallContext;
  readonly send: Send;
}

/** The parts of the SDK's request that are used here. */
interface SdkRequest {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: object;
  readonly body?: unknown;
}

/** Loaded on first use, since that takes about a second and 90 MB. */
export const loadOktaSdk = () => import('@okta/okta-sdk-nodejs');

/**
 * One client for each call, since the SDK gives its executor only the request, not its context.
 * Creating one takes 0.1 ms; AsyncLocalStorage instead would slow down every promise of the process
 * on Node 20. Without the SDK's cache, which never expires an entry and hangs on large answers
 * (okta-sdk-nodejs#56).
 */
function createClient(
  okta: Awaited<ReturnType<typeof loadOktaSdk>>['default'],
  orgUrl: string,
  execute: (request: SdkRequest) => Promise<Response>,
): Client {
  const requestExecutor = new okta.RequestExecutor();
  // The SDK's types name node-fetch's Response; it uses only what both have.
  requestExecutor.fetch = execute as unknown as typeof requestExecutor.fetch;
  return new okta.Client({
    orgUrl,
    authorizationMode: 'SSWS',
    // Required by the SDK and replaced by the executor.
    token: 'unused',
    requestExecutor,
    cacheMiddleware: null,
  });
}

function oktaRequest(request: SdkRequest, endpoint: OktaEndpoint): OktaRequest {
  const { url = '', method = 'get', body } = request;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value;
  }
  return {
    endpoint,
    method: readMethod(method),
    url,
    headers,
    ...(typeof body === 'string' ? { body } : {}),
  };
}

function readMethod(method: string): OktaRequest['method'] {
  const upper = method.toUpperCase();
  if (upper === 'GET' || upper === 'POST' || upper === 'DELETE') return upper;
  throw new Error(`No call of ours uses ${upper}.`);
}

/** Okta answers every DELETE with 204. A 200 comes from a proxy, and nothing was deleted. */
function isReadable({ method = 'get' }: SdkRequest, response: Response): boolean {
  if (method.toUpperCase() === 'DELETE') return response.status === 204;
  return response.status === 204 || /\bjson\b/.test(response.headers.get('content-type') ?? '');
}
