import type { z } from 'zod';
import type { OktaConfig } from '../../config.ts';
import { ProviderMisconfigured } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import { DpopRefused } from '../errors/dpop-refused.ts';
import { toError } from '../errors/error-table.ts';
import type { OktaHttp } from '../http/client.ts';
import type { DpopOf } from '../oauth/dpop.ts';
import { readFailure, readJson } from '../wire/answer.ts';
import type { OktaEndpoint } from '../wire/endpoints.ts';
import type { Skip } from '../wire/members.ts';
import { createManagementAuthorization, type OnMissingScopes } from './authorization.ts';

interface Get<Answer> {
  readonly endpoint: OktaEndpoint;
  /** Contains no caller input. */
  readonly url: string;
  /** Reads a successful answer. */
  readonly parse: (response: Response, skip: Skip) => Promise<Answer>;
}

/**
 * One GET of the management API, without the Okta SDK, which drops parts of policies and breaks up
 * texts of schemas.
 */
export type GetManagement = <Answer>(get: Get<Answer>, context: CallContext) => Promise<Answer>;

interface Read<Schema> {
  readonly endpoint: OktaEndpoint;
  /** Below `/api/v1/`. Contains no caller input. */
  readonly path: string;
  readonly schema: Schema;
}

export type ReadManagement = <Schema extends z.ZodType>(
  read: Read<Schema>,
  context: CallContext,
) => Promise<z.infer<Schema>>;

export interface ManagementReads {
  readonly http: OktaHttp;
  readonly now: () => number;
  readonly dpop?: DpopOf | undefined;
}

interface Options extends ManagementReads {
  /** Requested separately, so that everything else works if it is not granted. */
  readonly scope: string;
  /** Called with the scopes that Okta has not granted. */
  readonly onMissingScopes?: OnMissingScopes;
}

export function createManagementReader(
  config: Pick<OktaConfig, 'orgUrl' | 'management'>,
  options: Options,
): ReadManagement {
  const get = createManagementGet(config, options);
  return ({ endpoint, path, schema }, context) => {
    const parse = (response: Response) => readJson(response, schema);
    return get({ endpoint, url: `${config.orgUrl}/api/v1/${path}`, parse: parse }, context);
  };
}

export function createManagementGet(
  config: Pick<OktaConfig, 'orgUrl' | 'management'>,
  { scope, ...options }: Options,
): GetManagement {
  const { now, http } = options;
  const sendAuthorized = createManagementAuthorization(config, { ...options, scopes: scope });
  const headers = { accept: 'application/json' };
  return async (get, context) => {
    try {
      return await http.exchange(async (send, skip) => {
        const { endpoint, url, parse } = get;
        const request = { endpoint, method: 'GET', url, headers } as const;
        const response = await sendAuthorized(request, send, context);
        if (!response.ok) throw toError(await readFailure(endpoint, response, now()));
        return parse(response, skip);
      });
    } catch (error) {
      if (!(error instanceof ProviderMisconfigured) || error instanceof DpopRefused) throw error;
      if (error.detail.includes(scope)) throw error;
      // If a role is missing, or no scope was granted, Okta does not say what is missing.
      const hint = `the credential for the management API needs the scope ${scope}`;
      throw new ProviderMisconfigured(`${error.detail} (${hint})`, error.doctor);
    }
  };
}
