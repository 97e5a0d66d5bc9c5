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
export interface Feed extends RevocationFeed {
  readonly hook: HookOptions;
  /** Looks into the System Log from now on, if at all. */
  start(): void;
  /**
   * Epoch milliseconds: everything that happened at Okta until then was heard, or it is the start where
   * nothing was ever; null: the System Log is not to be read.
   */
  heardUntil(): number | null;
  /** How many log events came since the start, by hook and from the System Log. */
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

export function createFeed(
  { okta, secrets, events: { logPollSeconds } }: ServingConfig,
  { events, pollLease, log, now, observe, upstream, dpop }: Dependencies,
): Feed {
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
    notice: noticeTo(log),
    logPollSeconds,
    observe,
    upstream,
    dpop,
    now,
  });
  return {
    hook: { secrets: () => secrets().hookSecrets, take: oktaEvents.takeDelivery },
    lagSeconds: lag.lagSeconds,
    heardUntil: () => (logPollSeconds === 0 ? null : (lag.completeUntil() ?? startedAt)),
    stats: oktaEvents.stats,
    start: () => oktaEvents.systemLog?.start(),
    async close() {
      await oktaEvents.close();
      await pollLeader.stop();
    },
  };
}

function noticeTo(log: Log) {
  return (failure: Error | null): void => {
    if (failure === null) {
      log.info({ event: 'system_log_restored' }, "Okta's System Log can be read again.");
      return;
    }
    // No caller is involved, so the text holds nothing of a caller's.
    const detail = failure instanceof ProviderMisconfigured ? { detail: failure.detail } : {};
    const line = {
      event: 'system_log_unreadable',
      failure: failureOf(failure),
      ...detail,
    } as const;
    log.warn(line, "Okta's System Log cannot be read.");
  };
}
