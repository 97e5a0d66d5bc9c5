import * as z from 'zod';
import type { OktaConfig } from '../../config.ts';
import type { CallContext } from '../../identity/model.ts';
import { createManagementGet, type ManagementReads } from '../management/read.ts';
import { readJson, unexpected } from '../wire/answer.ts';
import { nextOf } from '../wire/link.ts';
import { isTooLarge } from '../wire/no-answer.ts';
import { heardTypes } from './event-types.ts';

/** The most that Okta gives at once. */
const pageSize = 1000;

export interface LogPage {
  readonly events: readonly unknown[];
  /** Where the log goes on, now or later. */
  readonly next: string;
}

/** Of Okta's System Log, as a polling request reads it: by the time at which an event turned up. */
export interface LogPages {
  /** @param since epoch milliseconds */
  from(since: number): string;
  /**
   * @throws UpstreamUnavailable; RateLimited; ProviderMisconfigured, also for a place that Okta does
   *   not know any more. A page that is too large is asked for again with half as many events, and so
   *   are those after it.
   */
  read(place: string, context: CallContext): Promise<LogPage>;
}

export function createLogPages(
  config: Pick<OktaConfig, 'orgUrl' | 'management'>,
  { http, now, dpop }: ManagementReads,
): LogPages {
  const get = createManagementGet(config, { http, now, dpop, scope: 'okta.logs.read' });
  const logs = `${config.orgUrl}/api/v1/logs`;
  const filter = heardTypes.map((type) => `eventType eq "${type}"`).join(' or ');

  async function read(url: string, context: CallContext): Promise<LogPage> {
    const understand = async (response: Response) => {
      const events = await readJson(response, z.array(z.unknown()));
      const next = nextOf(response.headers, logs);
      if (next === null) throw unexpected('a System Log that goes on nowhere');
      return { events, next };
    };
    try {
      return await get({ endpoint: 'logs/list', url, understand }, context);
    } catch (error) {
      const smaller = isTooLarge(error) ? withHalfTheLimit(url) : null;
      if (smaller === null) throw error;
      return read(smaller, context);
    }
  }

  return {
    from(since) {
      // Without `until` and in this order it is a polling request, whose pages never end.
      const query = { since: new Date(since).toISOString(), sortOrder: 'ASCENDING', filter };
      return `${logs}?${new URLSearchParams({ ...query, limit: `${pageSize}` })}`;
    },
    read,
  };
}

/** Null: it is a page of one event. A link of Okta's has the limit that it was asked with. */
function withHalfTheLimit(place: string): string | null {
  const url = new URL(place);
  const limit = Math.floor(Number(url.searchParams.get('limit') ?? pageSize) / 2);
  if (!(limit >= 1)) return null;
  url.searchParams.set('limit', `${limit}`);
  return url.href;
}
