import { randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Position } from '../../events/position.ts';
import { createBroadcast, type StreamSource } from './broadcast.ts';
import { type GoodbyeReason, goodbyeFrame, helloFrame } from './frames.ts';
import { createReader } from './reader.ts';
import { createRegistry, type Open, type Registry, type StreamEnd } from './registry.ts';

export interface NewStream extends Pick<Open, 'service' | 'isAllowed'> {
  /** The `Last-Event-ID`; null if there is none, or it is not of this stream. */
  readonly lastSeen: Position | null;
}

export interface StreamStats {
  /** Open now. */
  readonly readers: number;
  /** Frames of events since the start, of all readers together. */
  readonly sent: number;
  /** Streams that have ended since the start, by reason. */
  readonly ended: Readonly<Record<StreamEnd, number>>;
}

export interface EventStreams {
  /** Whether another stream of this service may be opened. */
  hasRoomFor(service: string): boolean;
  /** Sends events until the connection ends. The head of the answer was sent. */
  open(response: ServerResponse, stream: NewStream): void;
  /** Ends all streams. Their readers come back within 3 s, not all at once. */
  drain(): void;
  stats(): StreamStats;
}

export interface StreamBounds {
  readonly maxStreams: number;
  readonly maxStreamsPerService: number;
  /** Bytes that may wait for one reader when more are to be sent. */
  readonly maxUnsentBytes: number;
  readonly heartbeatMs: number;
  readonly checkRightsMs: number;
}

export const streamBounds: StreamBounds = {
  maxStreams: 1_000,
  maxStreamsPerService: 100,
  maxUnsentBytes: 256 * 1024,
  heartbeatMs: 1_000,
  checkRightsMs: 60_000,
};

/** How long readers wait before they connect again, at most: a restart must not meet all at once. */
const longestRetryMs = 3_000;

/** The streams of this process. What all readers get is encoded once, and written once to each. */
export function createEventStreams(
  source: StreamSource,
  bounds: StreamBounds = streamBounds,
): EventStreams {
  const { log, state } = source;
  const streams = createRegistry(bounds, () => timers.stop());
  const broadcast = createBroadcast(streams, source, bounds.maxUnsentBytes);
  const timers = createTimers([
    { everyMs: bounds.heartbeatMs, run: broadcast.beat },
    { everyMs: bounds.checkRightsMs, run: () => checkRights(streams) },
  ]);

  return {
    hasRoomFor: streams.hasRoomFor,
    open(response, { service, lastSeen, isAllowed }) {
      const resumed = lastSeen !== null && log.after(lastSeen, 0) !== null;
      const position = resumed ? lastSeen : log.position();
      const hello = {
        position: position.text,
        resumed,
        ...state(),
        keptFrom: log.keptFrom().text,
        heartbeatSeconds: bounds.heartbeatMs / 1000,
      };
      response.write(helloFrame(hello, randomInt(longestRetryMs)));
      const reader = createReader({ response, log, resumeFrom: position, ...broadcast });
      streams.add({ service, reader, isAllowed, end: 'closed' }, response);
      timers.start();
      reader.start();
    },
    drain() {
      broadcast.flush();
      for (const each of streams) sayGoodbye(each, 'draining');
    },
    stats: () => ({ readers: streams.size(), sent: broadcast.sent(), ended: streams.ended() }),
  };
}

function sayGoodbye(open: Open, reason: GoodbyeReason): void {
  open.end = reason;
  open.reader.end(goodbyeFrame(reason, randomInt(longestRetryMs)));
}

/** A secret that was replaced, or a token that has expired, ends the streams that were opened with it. */
function checkRights(streams: Registry): void {
  for (const each of streams) {
    each.isAllowed().then(
      (isAllowed) => {
        if (!isAllowed && each.end === 'closed') sayGoodbye(each, 'credentials');
      },
      // Not to be found out now, for example because Okta does not answer.
      () => undefined,
    );
  }
}

/** They run only while there are readers. */
function createTimers(tasks: readonly { readonly everyMs: number; readonly run: () => void }[]) {
  let timers: readonly NodeJS.Timeout[] = [];
  return {
    start(): void {
      if (timers.length > 0) return;
      timers = tasks.map(({ run, everyMs }) => setInterval(run, everyMs).unref());
    },
    stop(): void {
      for (const timer of timers) clearInterval(timer);
      timers = [];
    },
  };
}
