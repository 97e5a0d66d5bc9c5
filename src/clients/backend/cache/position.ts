/**
 * A place in the stream of account events, as `Last-Event-ID` and the header `Events-Position` name it:
 * `<epoch>.<n>` or `<epoch>.<ms>-<seq>`. Only positions of one epoch can be compared.
 */
export interface Position {
  readonly text: string;
  readonly epoch: string;
  readonly major: number;
  readonly minor: number;
}

const form = /^([A-Za-z0-9_-]{1,32})\.(\d{1,16})(?:-(\d{1,16}))?$/;
const maxLength = 64;

/** Null for anything that is not a position. */
export function parsePosition(text: string | null | undefined): Position | null {
  if (typeof text !== 'string' || text.length > maxLength) return null;
  const [, epoch, major, minor = '0'] = form.exec(text) ?? [];
  if (epoch === undefined || major === undefined) return null;
  const position = { text, epoch, major: Number(major), minor: Number(minor) };
  const isExact = Number.isSafeInteger(position.major) && Number.isSafeInteger(position.minor);
  return isExact ? position : null;
}

/** Both must be of one epoch. */
export function isBefore(one: Position, other: Position): boolean {
  return one.major === other.major ? one.minor < other.minor : one.major < other.major;
}

/** The later of two positions of one epoch; null is before every position. */
export function later(one: Position | null, other: Position | null): Position | null {
  if (one === null || other === null) return one ?? other;
  return isBefore(one, other) ? other : one;
}
