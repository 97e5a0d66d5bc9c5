import type { OktaConfig } from '../config.ts';
import type { AccountEventBus, BusStatus } from '../events/bus.ts';
import { createEventLog, type EventLog } from '../events/event-log.ts';
import { securityEventOf } from '../events/security-event-token.ts';
import type { Reach } from '../server/events/frames.ts';
import { createEventStreams, type EventStreams } from '../server/events/streams.ts';

const reachOf: Readonly<Record<BusStatus, Reach>> = {
  local: 'local',
  shared: 'all',
  disconnected: 'cut off',
};

/** The account events for services that cache. Call it before the events start. */
export function createStreams(
  { issuer }: Pick<OktaConfig, 'issuer'>,
  events: AccountEventBus,
  feed: { completeUntil(): number | null },
): { readonly log: EventLog; readonly streams: EventStreams } {
  const log = createEventLog(events);
  const streams = createEventStreams({
    log,
    state() {
      const until = feed.completeUntil();
      return {
        reach: reachOf[events.status()],
        completeUntil: until === null ? null : Math.floor(until / 1000),
      };
    },
    describe: (event) => securityEventOf(event, issuer),
  });
  return { log, streams };
}
