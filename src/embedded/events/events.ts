import { randomUUID } from 'node:crypto';
import { type EventType, eventTypes } from './catalogue.ts';
import type { LogEntity, LogEvent } from './log-event.ts';
import type { Origin, Origins } from './origin.ts';

/** An event to be logged, as the code that causes it describes it. */
export interface NewLogEvent {
  readonly type: EventType;
  /** Default: the owner of the request's credentials. */
  readonly actor?: LogEntity;
  readonly target?: readonly LogEntity[];
  /** Okta's reason for the failure; absent on success. */
  readonly failure?: string;
  /** Okta's own session that it belongs to. */
  readonly sessionId?: string;
  /** The OAuth client of the request. */
  readonly clientId?: string;
  readonly debugData?: Readonly<Record<string, string>>;
  /** Okta did it by itself, not on behalf of the request that caused it. */
  readonly job?: true;
}

/** An event and when the System Log shows it. */
export interface LoggedEvent {
  readonly event: LogEvent;
  /** Epoch milliseconds of `event.published`. */
  readonly at: number;
  /** Queries find it from then on; epoch milliseconds. */
  readonly indexedAt: number;
  /** Counts the events of the org, from 1. */
  readonly number: number;
}

/** The System Log of the org, and its listeners. */
export interface Events {
  record(happening: NewLogEvent): void;
  /** In the order of their time; the last 10,000. */
  all(): readonly LoggedEvent[];
  /** Events recorded from now on show up this much later. */
  delayIndexing(ms: number): void;
  /** Called for every event as it happens. */
  subscribe(listener: (event: LogEvent) => void): void;
  /** Removes the events and the delay, not the listeners. */
  clear(): void;
}

const kept = 10_000;

const system: LogEntity = {
  id: 'SystemPrincipal',
  type: 'SystemPrincipal',
  alternateId: 'system@okta.com',
  displayName: 'Okta System',
};

/** @param origins knows the request that an event belongs to */
export function createEvents(now: () => number, origins: Origins): Events {
  const listeners: ((event: LogEvent) => void)[] = [];
  let log: LoggedEvent[] = [];
  let number = 0;
  let delay = 0;
  return {
    record(happening) {
      const at = now();
      const origin = happening.job === true ? null : origins.current();
      const event = eventOf(happening, origin, at);
      number += 1;
      log.push({ event, at, indexedAt: at + delay, number });
      // Cutting it in half keeps the cost per event low when the log is full.
      if (log.length > kept * 2) log = log.slice(-kept);
      for (const listener of listeners) listener(event);
    },
    all: () => log.slice(-kept),
    delayIndexing(ms) {
      delay = ms;
    },
    subscribe(listener) {
      listeners.push(listener);
    },
    clear() {
      log = [];
      delay = 0;
    },
  };
}

function eventOf(happening: NewLogEvent, origin: Origin | null, at: number): LogEvent {
  const { type, target, failure, sessionId, clientId } = happening;
  return {
    uuid: randomUUID(),
    published: new Date(at).toISOString(),
    eventType: type,
    version: '0',
    displayMessage: eventTypes[type].message,
    severity: failure === undefined ? 'INFO' : 'WARN',
    actor: happening.actor ?? origin?.actor() ?? system,
    ...(origin !== null && { client: clientOf(origin, clientId) }),
    outcome: failure === undefined ? { result: 'SUCCESS' } : { result: 'FAILURE', reason: failure },
    ...(target !== undefined && { target }),
    transaction: {
      id: origin?.requestId ?? randomUUID(),
      type: origin === null ? 'JOB' : 'WEB',
      detail: {},
    },
    debugContext: { debugData: { ...debugDataOf(origin), ...happening.debugData } },
    authenticationContext: {
      authenticationStep: 0,
      ...(sessionId !== undefined && { externalSessionId: sessionId }),
    },
    request: { ipChain: origin === null ? [] : [{ ip: origin.ip, version: versionOf(origin.ip) }] },
  };
}

function clientOf({ ip, userAgent }: Origin, clientId: string | undefined) {
  return {
    ipAddress: ip,
    userAgent: { rawUserAgent: userAgent, os: 'Unknown', browser: 'UNKNOWN' },
    device: 'Unknown',
    zone: 'null',
    ...(clientId !== undefined && { id: clientId }),
  } as const;
}

const versionOf = (ip: string) => (ip.includes(':') ? 'V6' : 'V4');

// The path alone: the query of an authorization request holds a session token.
function debugDataOf(origin: Origin | null): Record<string, string> {
  if (origin === null) return {};
  return { requestId: origin.requestId, requestUri: origin.path };
}
