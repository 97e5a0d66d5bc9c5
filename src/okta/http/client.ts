import { Agent } from 'undici';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import type { OktaCallRecord } from '../wire/call-record.ts';
import type { Skip } from '../wire/members.ts';
import { NoAnswer, unexpectedAnswerCode } from '../wire/no-answer.ts';
import { createUpstream, maxConnections, type Upstream } from './admission.ts';
import type { NewCall, OktaRequest } from './call.ts';
import { createPipeline } from './pipeline.ts';

export interface OktaHttp {
  /**
   * One call: `work` sends it and reads the answer. The report follows, so that it can say that the
   * answer was unreadable. Throws what `work` throws. `work` calls `skip` for each part of the answer
   * that it leaves out.
   */
  exchange<Answer>(work: (send: Send, skip: Skip) => Promise<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Resolves with any answer of Okta's, its body read in full; follows no redirect. A refused call is
 * not reported.
 * @throws UpstreamUnavailable when no complete answer came in time, or the circuit is open;
 *   RateLimited when the call would exceed Okta's limit; the signal's reason
 */
export type Send = (request: OktaRequest, context: CallContext) => Promise<Response>;

/** Far above a page of 200 users. */
const defaultMaxResponseBytes = 1024 * 1024;

interface HttpOptions {
  /** For one call including its retry, from its admission. */
  readonly callTimeoutMs: number;
  /** A larger answer is an UpstreamUnavailable. */
  readonly maxResponseBytes?: number;
  readonly now: () => number;
  readonly observe: (call: OktaCallRecord) => void;
  /** Default: one of its own. */
  readonly upstream?: Upstream;
}

export function createHttp(options: HttpOptions): OktaHttp {
  const { callTimeoutMs, now, observe, upstream = createUpstream({ now }) } = options;
  const agent = new Agent({
    connections: maxConnections,
    maxResponseSize: options.maxResponseBytes ?? defaultMaxResponseBytes,
    connect: { timeout: callTimeoutMs },
    // The deadline of the call replaces both: undici's own timers are coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const run = createPipeline({ callTimeoutMs, now, upstream, agent });
  const send = async (call: NewCall): Promise<Response> => {
    const last = await run(call);
    if ('failure' in last) throw new UpstreamUnavailable({ cause: new NoAnswer(last.failure) });
    return last.response;
  };
  return {
    async exchange(work) {
      const reports = holdLastReport(observe);
      try {
        return await work((request, context) => {
          // The previous answer was readable. This call may be refused, and then has no report.
          reports.flush();
          return send({ request, context, observe: reports.add });
        }, reports.skip);
      } catch (error) {
        if (error instanceof UpstreamUnavailable) reports.spoil();
        throw error;
      } finally {
        reports.flush();
      }
    },
    async close() {
      if (!agent.closed) await agent.close();
    },
  };
}

/** Holds the last report back until its answer was read, and so found readable or not. */
function holdLastReport(observe: (call: OktaCallRecord) => void) {
  let last: OktaCallRecord | null = null;
  const flush = () => {
    if (last !== null) observe(last);
    last = null;
  };
  return {
    add(call: OktaCallRecord) {
      flush();
      last = call;
    },
    skip(place: string) {
      if (last === null || last.unreadable.includes(place)) return;
      last = { ...last, unreadable: [...last.unreadable, place] };
    },
    spoil() {
      if (last !== null) last = { ...last, failure: last.failure ?? unexpectedAnswerCode };
    },
    flush,
  };
}
