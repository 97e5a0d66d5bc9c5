import { randomUUID } from 'node:crypto';
import { asError } from '../../async/as-error.ts';
import { isFresh } from '../../cache/fresh.ts';
import { maxAccessTokenSeconds } from '../../identity/access-token.ts';
import { ProviderMisconfigured, RateLimited } from '../../identity/errors.ts';
import { reportOutage } from '../../logging/report-outage.ts';
import type { EventIntake, Publish } from './intake.ts';
import type { LogPage, LogPages } from './log-pages.ts';

export interface SystemLogPoller {
  /**
   * Publishes the log entries since the last poll, to the end of the log. One poll at a time:
   * concurrent callers wait for it. Never rejects.
   */
  poll(): Promise<void>;
  /** Starts polling at intervals. */
  start(): void;
  /** Resolves when the running poll has ended. */
  close(): Promise<void>;
}

export interface SystemLogPollerOptions {
  readonly pages: LogPages;
  readonly intake: EventIntake;
  readonly publish: Publish;
  /** Called before each page: only one of the processes that share events polls. Default: true. */
  readonly isLeader?: () => Promise<boolean>;
  /**
   * Epoch milliseconds: all events until then were received, whichever process polled. Null if
   * unknown.
   */
  readonly completeUntil: () => number | null;
  /** From the start of one poll to the start of the next; a longer poll delays it. */
  readonly everyMs: number;
  /** The minimum time between two polls, so that Okta's rate limit lasts. */
  readonly spacingMs: () => number;
  /**
   * Called once for each way in which the log can no longer be read, and once when it can be read
   * again.
   */
  readonly notice: (failure: Error | null) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const longestLookBackMs = maxAccessTokenSeconds * 1000;
/** For events that became visible late, and for clocks that differ. */
const overlapMs = 60_000;
/** Not more often, since each watermark is an event, and shared events are stored for a day. */
const watermarkEveryMs = 5_000;

export function createSystemLogPoller(options: SystemLogPollerOptions): SystemLogPoller {
  const { everyMs, now, isLeader = async () => true } = options;
  const pollOnce = createPollOnce({ ...options, isLeader });
  const report = reportOutage<Error>((failure) => failure.constructor.name, options.notice);
  /** New for each poll, since a signal keeps a listener for each call that it was passed to. */
  let polling = new AbortController();
  let closed = false;
  const pause = createPause(now);
  let inFlight: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  async function pollNow(): Promise<void> {
    if (closed) return;
    polling = new AbortController();
    try {
      if (pause.isOn()) {
        // Keeps the lease, since Okta would refuse the next process too.
        await isLeader();
        return;
      }
      if ((await pollOnce(polling.signal)) !== 'TOO_EARLY') report(null);
    } catch (error) {
      if (closed) return;
      if (error instanceof RateLimited) pause.begin(error.retryAfterSeconds * 1000);
      report(asError(error));
    }
  }
  const poll = () => {
    inFlight ??= pollNow().finally(() => {
      inFlight = null;
    });
    return inFlight;
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
      polling.abort();
      if (timer !== null) clearTimeout(timer);
      await inFlight;
    },
  };
}

/** While Okta's rate limit refuses polls. */
function createPause(now: () => number) {
  let [from, ms] = [0, 0];
  return {
    isOn: () => isFresh(now(), from, ms),
    begin(forMs: number) {
      [from, ms] = [now(), forMs];
    },
  };
}

/** The returned function throws as `LogPages.read` and `EventIntake.take`. */
function createPollOnce(
  options: SystemLogPollerOptions & Required<Pick<SystemLogPollerOptions, 'isLeader'>>,
): (signal: AbortSignal) => Promise<'TOO_EARLY' | 'DONE'> {
  const { pages, intake, now, spacingMs, isLeader } = options;
  const publishWatermark = createPublishWatermark(options);
  let polledAt = Number.NEGATIVE_INFINITY;
  /**
   * The position and time of the last poll. Null if none was made, or another process may have polled
   * since.
   */
  let place: { readonly url: string; readonly at: number } | null = null;

  function nextUrl(): string {
    const earliest = now() - longestLookBackMs;
    if (place !== null && place.at > earliest) return place.url;
    return pages.from(Math.max(earliest, (options.completeUntil() ?? 0) - overlapMs));
  }

  async function read(url: string, signal: AbortSignal): Promise<LogPage> {
    try {
      return await pages.read(url, { requestId: `log ${randomUUID()}`, signal, shopper: null });
    } catch (error) {
      // Okta may no longer know the URL. Starting again from the last watermark misses nothing.
      if (error instanceof ProviderMisconfigured) place = null;
      throw error;
    }
  }

  async function isLeading(): Promise<boolean> {
    const leading = await isLeader();
    if (!leading) place = null;
    return leading;
  }

  return async (signal) => {
    if (!(await isLeading())) return 'DONE';
    const sinceMs = now() - polledAt;
    // Spread out, the calls that the limit allows find events sooner than all at once.
    if (sinceMs >= 0 && sinceMs < spacingMs()) return 'TOO_EARLY';
    polledAt = now();
    for (;;) {
      const at = now();
      const url = nextUrl();
      const { events, next } = await read(url, signal);
      await intake.take(events);
      place = { url: next, at };
      // Only an empty page is the end. A short page may be all that Okta had searched by then.
      if (events.length === 0 || next === url) {
        await publishWatermark(at);
        return 'DONE';
      }
      if (!(await isLeading())) return 'DONE';
    }
  };
}

function createPublishWatermark({ publish }: Pick<SystemLogPollerOptions, 'publish'>) {
  let lastAt = Number.NEGATIVE_INFINITY;
  return async (at: number): Promise<void> => {
    const sinceMs = at - lastAt;
    // Negative when the clock was set back.
    if (sinceMs >= 0 && sinceMs < watermarkEveryMs) return;
    await publish([{ id: randomUUID(), at, kind: 'WATERMARK' }]);
    lastAt = at;
  };
}
