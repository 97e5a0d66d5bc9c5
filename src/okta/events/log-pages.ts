import * as z from 'zod';
import type { OktaConfig } from '../../config.ts';
import type { CallContext } from '../../identity/model.ts';
import { createManagementGet, type ManagementReads } from '../management/read.ts';
import { readJson, unexpectedAnswer } from '../wire/answer.ts';
import { nextPage } from '../wire/link.ts';
import { isTooLarge } from '../wire/no-answer.ts';
import { handledTypes } from './event-types.ts';

/** Okta's maximum. */
const pageSize = 1000;

export interface LogPage {
  readonly events: readonly unknown[];
  /** The URL of the next page, which may be empty for now. */
  readonly next: string;
}

/** Pages of Okta's System Log as a polling request, which orders events by when they became visible. */
export interface LogPages {
  /** @param since epoch milliseconds */
  from(since: number): string;
  /**
   * @throws UpstreamUnavailable; RateLimited; ProviderMisconfigured, also for a URL that Okta no
   *   longer knows. A page that is too large is requested again with half as many events, and so are
   *   the pages after it.
   */
  read(url: string, context: CallContext): Promise<LogPage>;
}

export function createLogPages(
  config: Pick<OktaConfig, 'orgUrl' | 'management'>,
  { http, now, dpop }: ManagementReads,
): LogPages {
  const get = createManagementGet(config, { http, now, dpop, scope: 'okta.logs.read' });
  const logs = `${config.orgUrl}/api/v1/logs`;
  const filter = handledTypes.map((type) => `eventType eq "${type}"`).join(' or ');

  async function read(url: string, context: CallContext): Promise<LogPage> {
    const parse = async (response: Response) => {
      const events = await readJson(response, z.array(z.unknown()));
      const next = nextPage(response.headers, logs);
      if (next === null) throw unexpectedAnswer('a System Log without a link to the next page');
      return { events, next };
    };
    try {
      return await get({ endpoint: 'logs/list', url, parse }, context);
    } catch (error) {
      const smaller = isTooLarge(error) ? withHalfTheLimit(url) : null;
      if (smaller === null) throw error;
      return read(smaller, context);
    }
  }

  return {
    from(since) {
      // Without `until` and in ascending order this is a polling request, whose pages never end.
      const query = { since: new Date(since).toISOString(), sortOrder: 'ASCENDING', filter };
      return `${logs}?${new URLSearchParams({ ...query, limit: `${pageSize}` })}`;
    },
    read,
  };
}

/** Null for a page of one event. Okta's links repeat the limit of the request. */
function withHalfTheLimit(page: string): string | null {
  const url = new URL(page);
  const limit = Math.floor(Number(url.searchParams.get('limit') ?? pageSize) / 2);
  if (!(limit >= 1)) return null;
  url.searchParams.set('limit', `${limit}`);
  return url.href;
}
