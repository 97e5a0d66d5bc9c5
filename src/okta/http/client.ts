import { Agent } from 'undici';
import { UpstreamUnavailable } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import type { OktaCallRecord } from '../wire/call-record.ts';
import type { Skip } from '../wire/members.ts';
import { NoAnswer, unexpectedAnswer } from '../wire/no-answer.ts';
import { createUpstream, maxConnections, type Upstream } from './admission.ts';
import type { NewCall, OktaRequest } from './call.ts';
import { createPipeline } from './pipeline.ts';

export interface OktaHttp {
  /**
   * One call: `work` sends it and reads the answer. It is reported after that, so that the report
   * includes an answer that could not be read. Throws what `work` throws; `work` calls `skip` for
   * what it leaves out of the answer.
   */
  exchange<Answer>(work: (send: Send, skip: Skip) => Promise<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Whatever Okta answered, with its body read in full; redirects are not followed. A call that is not
 * made is not reported.
 * @throws UpstreamUnavailable where no complete answer came in time, or the circuit is open;
 *   RateLimited where the call would go over Okta's limit; the signal's reason
 */
export type Send = (request: OktaRequest, context: CallContext) => Promise<Response>;

/** Far above a page of 200 users. */
const defaultMaxResponseBytes = 1024 * 1024;

interface HttpOptions {
  /** For one call, its retry included, from when it has a connection. */
  readonly callTimeoutMs: number;
  /** Of one answer; a larger one is UpstreamUnavailable. */
  readonly maxResponseBytes?: number;
  readonly now: () => number;
  readonly observe: (call: OktaCallRecord) => void;
  /** Default: one that no other client shares. */
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
      const reports = lastHeldBack(observe);
      try {
        return await work((request, context) => {
          // The one before has been made sense of; this one may not come to be.
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

/** Whether an answer makes sense shows only when it has been read. */
function lastHeldBack(observe: (call: OktaCallRecord) => void) {
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
      if (last !== null) last = { ...last, failure: last.failure ?? unexpectedAnswer };
    },
    flush,
  };
}
