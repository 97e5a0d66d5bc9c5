import type { Logger } from 'pino';
import { createUpstream, type Upstream } from '../okta/http/admission.ts';

/** Tells the operator when calls to some of Okta's endpoints stop, and when they go on. */
export function createLoggedUpstream(log: Logger, now: () => number): Upstream {
  return createUpstream({
    now,
    onCircuit({ bucket, state }) {
      if (state === 'OPEN') {
        log.warn({ endpoints: bucket }, 'Okta does not answer: calls are refused, one in 5 s asks');
      }
      if (state === 'CLOSED') log.info({ endpoints: bucket }, 'Okta answers again: calls go on');
    },
  });
}
