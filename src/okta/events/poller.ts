import { randomUUID } from 'node:crypto';
import { isFresh } from '../../cache/fresh.ts';
import { maxAccessTokenSeconds } from '../../identity/access-token.ts';
import { ProviderMisconfigured, RateLimited } from '../../identity/errors.ts';
import type { EventIntake, Publish } from './intake.ts';
import type { LogPage, LogPages } from './log-pages.ts';

export interface SystemLog {
  /**
   * Publishes the log entries since the last poll, to the end of the log. One poll at a time:
   * concurrent callers wait for it. Never rejects.
   */
  poll(): Promise<void>;
  /** Polls from now on. */
  start(): void;
  /** Resolves when nothing is under way. */
  close(): Promise<void>;
}

export interface SystemLogOptions {
  readonly pages: LogPages;
  readonly intake: EventIntake;
  readonly publish: Publish;
  /** Of processes that work together one is enough; asked before each page. Default: this one. */
  readonly shouldPoll?: () => Promise<boolean>;
  /**
   * Epoch milliseconds: all events up to then were received, whichever process polled; null: not
   * known.
   */
  readonly completeUntil: () => number | null;
  /** From the start of one look to that of the next, where a look takes no longer. */
  readonly everyMs: number;
  /** From one look to the next at least, so that Okta's limit lasts. */
  readonly spacingMs: () => number;
  /**
   * Called once when the log can no longer be read, or fails in another way, and once when it can be
   * read again.
   */
  readonly notice: (failure: Error | null) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const longestLookBackMs = maxAccessTokenSeconds * 1000;
/** For what turned up late, and for clocks that differ. */
const overlapMs = 60_000;
/** Each is a separate event, which is kept for a day where processes share events. */
const completeEveryMs = 5_000;

export function createSystemLog(options: SystemLogOptions): SystemLog {
  const { everyMs, now, shouldPoll = async () => true } = options;
  const look = createLook({ ...options, shouldPoll });
  const notice = onceEach(options.notice);
  /** Of one look: a signal keeps a trace of each call that it went into. */
  let looking = new AbortController();
  let closed = false;
  const pause = createPause(now);
  let underWay: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  async function pollAlone(): Promise<void> {
    if (closed) return;
    looking = new AbortController();
    try {
      if (pause.isOn()) {
        // Okta would refuse the next process, too.
        await shouldPoll();
        return;
      }
      if ((await look(looking.signal)) !== 'TOO_EARLY') notice(null);
    } catch (error) {
      if (closed) return;
      if (error instanceof RateLimited) pause.begin(error.retryAfterSeconds * 1000);
      notice(error instanceof Error ? error : new Error('not an error'));
    }
  }
  const poll = () => {
    underWay ??= pollAlone().finally(() => {
      underWay = null;
    });
    return underWay;
  };
  async function round(): Promise<void> {
    const startedAt = performance.now();
    await poll();
    if (closed) return;
    const pauseMs = Math.max(0, startedAt + everyMs - performance.now());
    timer = setTimeout(() => void round(), pauseMs).unref();
  }

  return {
    poll,
    start: () => void round(),
    async close() {
      closed = true;
      looking.abort();
      if (timer !== null) clearTimeout(timer);
      await underWay;
    },
  };
}

/** For as long as Okta's limit says. */
function createPause(now: () => number) {
  let [from, ms] = [0, 0];
  return {
    isOn: () => isFresh(now(), from, ms),
    begin(forMs: number) {
      [from, ms] = [now(), forMs];
    },
  };
}

/** @returns one look, which throws as `LogPages.read`, and `EventIntake.take` */
function createLook(
  options: SystemLogOptions & Required<Pick<SystemLogOptions, 'shouldPoll'>>,
): (signal: AbortSignal) => Promise<'TOO_EARLY' | 'DONE'> {
  const { pages, intake, now, spacingMs, shouldPoll } = options;
  const tellComplete = createComplete(options);
  let lookedAt = Number.NEGATIVE_INFINITY;
  /**
   * The position and time of the last poll; null: another process may have polled since, or none has.
   */
  let place: { readonly url: string; readonly at: number } | null = null;

  function goOn(): string {
    const earliest = now() - longestLookBackMs;
    if (place !== null && place.at > earliest) return place.url;
    return pages.from(Math.max(earliest, (options.completeUntil() ?? 0) - overlapMs));
  }

  async function read(url: string, signal: AbortSignal): Promise<LogPage> {
    try {
      return await pages.read(url, { requestId: `log ${randomUUID()}`, signal, shopper: null });
    } catch (error) {
      // Okta may have forgotten the place; from the last known time on nothing is lost either.
      if (error instanceof ProviderMisconfigured) place = null;
      throw error;
    }
  }

  async function isOurs(): Promise<boolean> {
    const ours = await shouldPoll();
    if (!ours) place = null;
    return ours;
  }

  return async (signal) => {
    if (!(await isOurs())) return 'DONE';
    const sinceMs = now() - lookedAt;
    // Calls that are spread out bring events sooner than many at once and none until the reset.
    if (sinceMs >= 0 && sinceMs < spacingMs()) return 'TOO_EARLY';
    lookedAt = now();
    for (;;) {
      const at = now();
      const url = goOn();
      const { events, next } = await read(url, signal);
      await intake.take(events);
      place = { url: next, at };
      // Only an empty page is the end: a short one may be all that Okta had looked through by then.
      if (events.length === 0 || next === url) {
        await tellComplete(at);
        return 'DONE';
      }
      if (!(await isOurs())) return 'DONE';
    }
  };
}

function createComplete({ publish }: Pick<SystemLogOptions, 'publish'>) {
  let lastAt = Number.NEGATIVE_INFINITY;
  return async (at: number): Promise<void> => {
    const sinceMs = at - lastAt;
    // Before: the clock was set back.
    if (sinceMs >= 0 && sinceMs < completeEveryMs) return;
    await publish([{ id: randomUUID(), at, kind: 'WATERMARK' }]);
    lastAt = at;
  };
}

/** An outage is one line of the log, not one for each look. */
function onceEach(notice: SystemLogOptions['notice']): SystemLogOptions['notice'] {
  let last: string | null = null;
  return (failure) => {
    const state = failure === null ? null : failure.constructor.name;
    if (state !== last) notice(failure);
    last = state;
  };
}
