import type { Dispatcher } from 'undici';
import { admission, type Upstream } from './admission.ts';
import { attempt } from './attempt.ts';
import type { Attempt, NewCall } from './call.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { deadline } from './deadline.ts';
import { retry } from './retry.ts';

interface Options {
  /** For one call, its retry included, from when it was admitted. */
  readonly callTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly upstream: Upstream;
  readonly agent: Dispatcher;
}

/**
 * The way of every call to Okta, the outermost first. A retry is admitted as any call is, and counts
 * in the circuit as one.
 * @throws RateLimited or UpstreamUnavailable where nothing was sent; the reason of the caller's signal
 */
export function createPipeline(options: Options): (call: NewCall) => Promise<Attempt> {
  const { callTimeoutMs, now, upstream, agent } = options;
  const { circuits, closedForMs } = upstream;
  return deadline(callTimeoutMs)(
    retry({ now, closedForMs })(admission(upstream)(circuitBreaker(circuits)(attempt(agent)))),
  );
}
