import type { ServingConfig } from '../config.ts';
import type { AccountEventBus } from '../events/bus.ts';
import { createEventLag } from '../events/lag.ts';
import { createPollLeader, type LeaderLease } from '../events/poll-leader.ts';
import { ProviderMisconfigured } from '../identity/errors.ts';
import type { Log } from '../logging/log.ts';
import { createOktaEvents, logTimeoutMs, type OktaEvents } from '../okta/events/events.ts';
import type { Upstream } from '../okta/http/admission.ts';
import type { DpopOf } from '../okta/oauth/dpop.ts';
import type { OktaCallRecord } from '../okta/wire/call-record.ts';
import type { HookOptions } from '../server/event-hook.ts';
import { failureOf } from '../server/observability/failure.ts';
import type { RevocationFeed } from '../tokens/token/model.ts';

/** Publishes events from Okta as account events. */
export interface OktaEventFeed extends RevocationFeed {
  readonly hook: HookOptions;
  /** Starts polling the System Log if that is configured. */
  start(): void;
  /**
   * Epoch milliseconds: all events at Okta until then were received. The start of the process before the
   * first watermark; null if the System Log is not polled.
   */
  receivedUntil(): number | null;
  /** Epoch milliseconds: as `receivedUntil`, but null before the first watermark. */
  completeUntil(): number | null;
  /** Events since the start, from hooks and the System Log. */
  readonly stats: OktaEvents['stats'];
  close(): Promise<void>;
}

interface Dependencies {
  readonly events: AccountEventBus;
  /** Elects the process that polls; null when this is the only process. */
  readonly pollLease: LeaderLease | null;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly observe: (call: OktaCallRecord) => void;
  readonly upstream: Upstream;
  readonly dpop: DpopOf;
}

export function createOktaEventFeed(
  { okta, secrets, events: { logPollSeconds } }: ServingConfig,
  { events, pollLease, log, now, observe, upstream, dpop }: Dependencies,
): OktaEventFeed {
  const startedAt = now();
  const lag = createEventLag(now);
  events.subscribe(lag.apply);
  const pollLeader = createPollLeader({
    lease: pollLease,
    status: events.status,
    everyMs: logPollSeconds * 1000,
    callTimeoutMs: logTimeoutMs,
  });
  const oktaEvents = createOktaEvents(okta, {
    publish: events.publish,
    isLeader: pollLeader.isLeader,
    completeUntil: lag.completeUntil,
    notice: logSystemLogOutages(log),
    logPollSeconds,
    observe,
    upstream,
    dpop,
    now,
  });
  return {
    hook: { secrets: () => secrets().hookSecrets, take: oktaEvents.takeDelivery },
    lagSeconds: lag.lagSeconds,
    completeUntil: lag.completeUntil,
    receivedUntil: () => (logPollSeconds === 0 ? null : (lag.completeUntil() ?? startedAt)),
    stats: oktaEvents.stats,
    start: () => oktaEvents.systemLog?.start(),
    async close() {
      await oktaEvents.close();
      await pollLeader.stop();
    },
  };
}

function logSystemLogOutages(log: Log) {
  return (failure: Error | null): void => {
    if (failure === null) {
      log.info({ event: 'system_log_restored' }, "Okta's System Log can be read again.");
      return;
    }
    // No caller is involved, so the text contains nothing of a caller.
    const detail = failure instanceof ProviderMisconfigured ? { detail: failure.detail } : {};
    const line = {
      event: 'system_log_unreadable',
      failure: failureOf(failure),
      ...detail,
    } as const;
    log.warn(line, "Okta's System Log cannot be read.");
  };
}
