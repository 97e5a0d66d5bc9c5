import type { z } from 'zod';
import type { OktaConfig } from '../config.ts';
import { ProviderMisconfigured } from '../identity/errors.ts';
import type { CallContext } from '../identity/model.ts';
import type { OktaEndpoint } from './call.ts';
import { toError } from './errors.ts';
import { readFailure, readJson } from './failure.ts';
import type { OktaHttp, Send } from './http.ts';
import { createManagementAuthorization } from './management-authorization.ts';

interface Read<Schema> {
  readonly endpoint: OktaEndpoint;
  /** Below `/api/v1/`; no part of it comes from a caller. */
  readonly path: string;
  readonly schema: Schema;
}

/**
 * One GET of the management API. Without the Okta SDK, which loses parts of policies and takes texts
 * of schemas to pieces.
 */
export type ReadManagement = <Schema extends z.ZodType>(
  read: Read<Schema>,
  context: CallContext,
) => Promise<z.infer<Schema>>;

interface Options {
  readonly http: OktaHttp;
  readonly now: () => number;
  /** Asked for by itself, so that everything else works where it is not granted. */
  readonly scope: string;
}

export function createManagementReader(
  config: Pick<OktaConfig, 'orgUrl' | 'management'>,
  { http, now, scope }: Options,
): ReadManagement {
  const authorization = createManagementAuthorization(config, { http, now, scopes: scope });

  async function get(read: Read<unknown>, send: Send, context: CallContext): Promise<Response> {
    const url = `${config.orgUrl}/api/v1/${read.path}`;
    const sendWith = (header: string) =>
      send(
        {
          endpoint: read.endpoint,
          method: 'GET',
          url,
          headers: { accept: 'application/json', authorization: header },
        },
        context,
      );
    const header = await authorization.header(context);
    const response = await sendWith(header);
    // Okta may end a token before its time.
    const again = response.status === 401 && authorization.drop(header);
    return again ? sendWith(await authorization.header(context)) : response;
  }

  return async (read, context) => {
    try {
      return await http.exchange(async (send) => {
        const response = await get(read, send, context);
        if (!response.ok) throw toError(await readFailure(read.endpoint, response, now()));
        return readJson(response, read.schema);
      });
    } catch (error) {
      if (!(error instanceof ProviderMisconfigured)) throw error;
      // Okta does not name what is missing.
      const hint = `the credential for the management API needs the scope ${scope}`;
      throw new ProviderMisconfigured(`${error.detail} (${hint})`);
    }
  };
}
