import { LRUCache } from 'lru-cache';
import { withTimeout } from '../../async/timeout.ts';
import { untilAborted } from '../../async/until-aborted.ts';
import { isFresh } from '../../cache/fresh.ts';
import type { CallContext, Introspection } from '../../identity/model.ts';

/** @param onSend to be called right before the request is sent */
export type Introspect = (
  token: string,
  context: CallContext,
  onSend: () => void,
) => Promise<Introspection>;

/** An introspection, or the part of it that is cached. */
export interface Introspected<Cached> {
  /** Epoch milliseconds. The issuer took all earlier revocations into account. */
  readonly beganAt: number;
  /** The number of the request in this process, since two may begin in the same millisecond. */
  readonly order: number;
  readonly answer: Cached;
}

/** The token, and how old the introspection may be: it must have begun at `since` or later. */
export interface IntrospectionRequest {
  readonly token: string;
  /** By `digestOf`. */
  readonly digest: string;
  /** Epoch milliseconds; Infinity: later than any other. */
  readonly since: number;
}

export interface IntrospectionCache<Cached> {
  /** From the cache. Also null if the clock was set back before it, since its age is unknown. */
  get(asked: Pick<IntrospectionRequest, 'digest' | 'since'>): Introspected<Cached> | null;
  /** The newest cached answer, however old; null if there is none. */
  newest(digest: string): Introspected<Cached> | null;
  /**
   * Introspects once for all concurrent callers that may share the answer, and caches it. Callers that
   * come before the request is sent, or in the same turn of the event loop, share it whatever freshness
   * they need. Callers that come after half of its time do not, since they have more time themselves.
   * @throws what `introspect` throws, and UpstreamUnavailable when it takes too long (errors are not
   * cached); the reason of the caller's signal
   */
  request(asked: IntrospectionRequest, context: CallContext): Promise<Introspected<Cached>>;
  stats(): {
    readonly inFlight: number;
    readonly introspections: number;
    /** Cached answers. */
    readonly entries: number;
  };
}

interface Options<Cached> {
  readonly introspect: Introspect;
  /** Selects the part of an answer to cache. */
  readonly select: (answer: Introspection) => Cached;
  /** The weight of one entry, and the limit for all. */
  readonly weightOf: (token: string) => number;
  readonly maxWeight: number;
  /** For one introspection, from the call on. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface InFlight<Cached> {
  readonly sending: Sending;
  readonly answer: Promise<Introspected<Cached>>;
}

export function createIntrospectionCache<Cached extends NonNullable<unknown>>({
  introspect,
  select,
  weightOf,
  maxWeight,
  timeoutMs,
  now,
}: Options<Cached>): IntrospectionCache<Cached> {
  const answers = new LRUCache<string, Introspected<Cached>>({ maxSize: maxWeight });
  const requests = new Map<string, InFlight<Cached>>();
  const { run, stats } = createCalls(introspect, timeoutMs);

  const load = async (
    { token, digest }: IntrospectionRequest,
    sending: Sending,
    context: CallContext,
  ): Promise<Introspected<Cached>> => {
    const { order, answer } = await run(token, sending, context);
    const introspected = { beganAt: sending.beganAt(), order, answer: select(answer) };
    // Answers may arrive in another order than the requests.
    if ((answers.peek(digest)?.order ?? 0) < order) {
      answers.set(digest, introspected, { size: weightOf(token) });
    }
    return introspected;
  };

  return {
    get({ digest, since }) {
      const found = answers.get(digest);
      return found !== undefined && isSince(found.beganAt, since, now()) ? found : null;
    },
    newest: (digest) => answers.get(digest) ?? null,

    request(asked, context) {
      const { digest, since } = asked;
      const joined = requests.get(digest);
      if (joined?.sending.mayBeJoined(since)) return untilAborted(joined.answer, context.signal);
      const sending = createSending(timeoutMs, now);
      const answer = load(asked, sending, context).finally(() => {
        if (requests.get(digest) === request) requests.delete(digest);
      });
      const request = { sending, answer };
      requests.set(digest, request);
      return untilAborted(answer, context.signal);
    },

    stats: () => ({ ...stats(), entries: answers.size }),
  };
}

/** Calls the issuer, counts the calls and numbers them. */
function createCalls(introspect: Introspect, timeoutMs: number) {
  let inFlight = 0;
  let introspections = 0;
  return {
    async run(token: string, sending: Sending, context: CallContext) {
      introspections += 1;
      inFlight += 1;
      const order = introspections;
      try {
        // Other callers share it, so it must outlive this one, and it carries no shopper.
        const answer = await withTimeout(timeoutMs, (signal) =>
          introspect(token, { ...context, signal, shopper: null }, sending.leaves),
        );
        return { order, answer };
      } finally {
        inFlight -= 1;
      }
    },
    stats: () => ({ inFlight, introspections }),
  };
}

/** Whether, and when, a request was sent to the issuer. */
interface Sending {
  /** For `introspect`; needs no `this`. */
  readonly leaves: () => void;
  /** Epoch milliseconds: when it was sent; until then, when it was requested. */
  beganAt(): number;
  /** Whether a caller that needs an introspection from `since` or later can join. */
  mayBeJoined(since: number): boolean;
}

function createSending(timeoutMs: number, now: () => number): Sending {
  const askedAt = now();
  let sentAt: number | null = null;
  /** True from the next turn of the event loop after sending. */
  let hasLeft = false;
  return {
    leaves() {
      // Only the first time counts: a retry sees later revocations, not fewer.
      if (sentAt !== null) return;
      sentAt = now();
      setImmediate(() => {
        hasLeft = true;
      });
    },
    beganAt: () => sentAt ?? askedAt,
    mayBeJoined: (since) =>
      sentAt === null || !hasLeft
        ? isFresh(now(), askedAt, timeoutMs / 2)
        : isSince(sentAt, since, now()),
  };
}

/** False after `now` too: the clock was set back since. */
function isSince(beganAt: number, since: number, now: number): boolean {
  return beganAt >= since && beganAt <= now;
}
