import { type DestinationStream, pino } from 'pino';
import type { Config } from '../../config.ts';
import { ProviderMisconfigured } from '../../identity/errors.ts';
import type { Log } from '../../logging/log.ts';
import { doctorOf, nameOf, reasonOf } from './failure.ts';
import { inBatches } from './log-batches.ts';
import { readableLine } from './readable-lines.ts';
import { redactInputs, type SentInputs } from './redact-inputs.ts';

/** JSON lines with the time and nothing of the process. */
export function createLogger(
  level: Config['server']['logLevel'],
  destination: DestinationStream,
): Log {
  const options = {
    level,
    base: null,
    timestamp: createTimestamp(),
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, destination);
}

/** As pino's `isoTime`, but made once for all lines of one millisecond. */
function createTimestamp(): () => string {
  let [at, text] = [Number.NaN, ''];
  return () => {
    const now = Date.now();
    if (now !== at) [at, text] = [now, `,"time":"${new Date(now).toISOString()}"`];
    return text;
  };
}

/** What a pipe takes as a whole (PIPE_BUF), so that the lines of several processes do not mix. */
const wholeWriteBytes = 4096;
/** At a time, by a process that has the output to itself. */
const longWriteBytes = 65_536;
/** A log whose reader has stopped must not fill the memory: later lines are dropped. */
const maxUnreadBytes = 16 * 1024 * 1024;

interface Output {
  /** Whether another process of this program has it too. */
  readonly isShared: boolean;
  /** Null: it is not a terminal, or one that gets JSON. */
  readonly terminal: { readonly hasColors: boolean } | null;
}

/** Created once in a process. */
export function standardOutput({ isShared, terminal }: Output): DestinationStream {
  const sink = pino.destination({
    dest: 1,
    sync: false,
    maxWrite: isShared ? wholeWriteBytes : longWriteBytes,
    maxLength: maxUnreadBytes,
  });
  const lines = inBatches(sink, isShared ? wholeWriteBytes : null);
  process.on('exit', () => lines.flushSync());
  if (terminal === null) return lines;
  return { write: (line) => lines.write(readableLine(line, terminal)) };
}

/**
 * An error that callers see as INTERNAL. Its message stays out, since it may quote what a caller sent
 * (`JSON.parse` does); the frames show the place. The provider's text about a misconfiguration is
 * needed, so there only values of the request are removed.
 */
export function logInternal(
  log: Log,
  error: unknown,
  { requestId, params }: { readonly requestId: string; readonly params: SentInputs | null },
): void {
  const detail =
    error instanceof ProviderMisconfigured && params !== null
      ? { detail: redactInputs(error.detail, params) }
      : undefined;
  const line = {
    event: 'internal_error',
    requestId,
    ...detail,
    ...doctorOf(error),
    error: describe(error),
  } as const;
  log.error(line, 'A request failed with an unexpected error.');
}

/** A cause may be its own cause. */
const maxCauses = 4;

interface Described {
  readonly name: string;
  /** As in `Failure`; left out where there is none. */
  readonly reason?: string;
  readonly frames: readonly string[];
  readonly cause: Described | null;
}

/** What is sure to hold nothing that a caller sent. */
export function describe(error: unknown, depth = 0): Described {
  if (!(error instanceof Error)) return { name: typeof error, frames: [], cause: null };
  const { stack = '', message, cause } = error;
  // The message stands before the frames, and may hold lines that look like some.
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  const reason = reasonOf(error);
  return {
    name: nameOf(error),
    ...(reason !== null && { reason }),
    frames: frames.map((frame) => frame.trim()).filter((frame) => frame.startsWith('at ')),
    cause: cause === undefined || depth === maxCauses ? null : describe(cause, depth + 1),
  };
}
