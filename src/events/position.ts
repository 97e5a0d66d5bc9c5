import { randomBytes } from 'node:crypto';

/**
 * A place in the stream of all account events: `<epoch>.<n>`. Positions of one epoch are totally
 * ordered. Those of different epochs cannot be compared: events may be missing in between.
 */
export interface Position {
  readonly epoch: string;
  /** The number of the event in a single process; milliseconds of the id of a Redis entry. */
  readonly major: number;
  /** Second part of the id of a Redis entry; 0 in a single process. */
  readonly minor: number;
  /** At most 64 ASCII characters, safe in a header. */
  readonly text: string;
}

/** How long a request waits for a position that this process may be about to reach. */
export const longestWaitMs = 250;

/** New for each life of a stream. */
export function newEpoch(): string {
  return randomBytes(12).toString('base64url');
}

/** @param n a whole number, or the id of a Redis entry such as `1767225600000-0` */
export function positionAt(epoch: string, n: string | number): Position {
  const [major = '0', minor = '0'] = `${n}`.split('-');
  return { epoch, major: Number(major), minor: Number(minor), text: `${epoch}.${n}` };
}

const format = /^([\w-]{1,32})\.(\d{1,15}(?:-\d{1,15})?)$/;

/** Null for anything else, such as a header that another server made up. */
export function parsePosition(text: string | undefined): Position | null {
  const [, epoch, n] = format.exec(text ?? '') ?? [];
  return epoch === undefined || n === undefined ? null : positionAt(epoch, n);
}

/** False for positions of different epochs. */
export function isAtOrAfter(position: Position, other: Position): boolean {
  if (position.epoch !== other.epoch) return false;
  if (position.major !== other.major) return position.major > other.major;
  return position.minor >= other.minor;
}
