import type { Dispatcher } from 'undici';
import { admission, type Upstream } from './admission.ts';
import { attempt } from './attempt.ts';
import type { Attempt, NewCall } from './call.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { deadline } from './deadline.ts';
import { retry } from './retry.ts';

interface Options {
  /** For one call including its retry, from its admission. */
  readonly callTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly upstream: Upstream;
  readonly agent: Dispatcher;
}

/**
 * The pipeline of every call to Okta, outermost interceptor first. A retry is admitted and counted
 * like any call.
 * @throws RateLimited or UpstreamUnavailable when nothing was sent; the reason of the caller's signal
 */
export function createPipeline(options: Options): (call: NewCall) => Promise<Attempt> {
  const { callTimeoutMs, now, upstream, agent } = options;
  const { circuits, closedForMs } = upstream;
  return deadline(callTimeoutMs)(
    retry({ now, closedForMs })(admission(upstream)(circuitBreaker(circuits)(attempt(agent)))),
  );
}
