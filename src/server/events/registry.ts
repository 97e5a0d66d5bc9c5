import type { ServerResponse } from 'node:http';
import type { GoodbyeReason } from './frames.ts';
import type { Reader } from './reader.ts';

export type StreamEnd = 'closed' | 'slow' | GoodbyeReason;

/** One open stream of a service. */
export interface Open {
  readonly service: string;
  readonly reader: Reader;
  /** Whether the service may still read. A rejection counts as yes until the next check. */
  readonly isAllowed: () => Promise<boolean>;
  /** Why it will have ended when its connection closes. */
  end: StreamEnd;
}

/** The open streams of this process. */
export interface Registry extends Iterable<Open> {
  hasRoomFor(service: string): boolean;
  /** Until the connection closes. */
  add(open: Open, response: ServerResponse): void;
  size(): number;
  /** Those that have ended since the start. */
  ended(): Readonly<Record<StreamEnd, number>>;
}

export function createRegistry(
  bounds: { readonly maxStreams: number; readonly maxStreamsPerService: number },
  onEmpty: () => void,
): Registry {
  const streams = new Set<Open>();
  const byService = new Map<string, number>();
  const ended: Record<StreamEnd, number> = { closed: 0, slow: 0, draining: 0, credentials: 0 };
  const count = (service: string, more: 1 | -1): void => {
    const streamsOf = (byService.get(service) ?? 0) + more;
    if (streamsOf === 0) byService.delete(service);
    else byService.set(service, streamsOf);
  };
  return {
    [Symbol.iterator]: () => streams[Symbol.iterator](),
    hasRoomFor: (service) =>
      streams.size < bounds.maxStreams &&
      (byService.get(service) ?? 0) < bounds.maxStreamsPerService,
    add(open, response) {
      streams.add(open);
      count(open.service, 1);
      response.once('close', () => {
        streams.delete(open);
        count(open.service, -1);
        ended[open.end] += 1;
        if (streams.size === 0) onEmpty();
      });
    },
    size: () => streams.size,
    ended: () => ({ ...ended }),
  };
}
