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

/** What the issuer said of a token, or as much of it as is kept. */
export interface Introspected<Kept> {
  /** Epoch milliseconds. What happened before, the issuer knew. */
  readonly beganAt: number;
  /** The number of the request in this process, since two may begin in the same millisecond. */
  readonly order: number;
  readonly answer: Kept;
}

/** Which token, and how old the issuer's answer may be: it has to have begun by `since` or later. */
export interface Asked {
  readonly token: string;
  /** By `digestOf`. */
  readonly digest: string;
  /** Epoch milliseconds; Infinity: later than any other. */
  readonly since: number;
}

export interface Introspections<Kept> {
  /** Null too where the clock was set back before it: its age is then unknown. */
  known(asked: Pick<Asked, 'digest' | 'since'>): Introspected<Kept> | null;
  /** The newest answer that is kept, however old; null: none is. */
  newest(digest: string): Introspected<Kept> | null;
  /**
   * Asks the issuer once for all concurrent callers that may share the answer, and caches it. Callers
   * that come before the request is sent, or in the same turn of the event loop, share it whatever
   * freshness they need: the issuer has not seen it yet. Callers that come after half of its time do
   * not: they have more time of their own.
   * @throws what `introspect` throws, and UpstreamUnavailable where it takes too long, which are not
   * kept; the reason of the caller's signal
   */
  ask(asked: Asked, context: CallContext): Promise<Introspected<Kept>>;
  stats(): {
    readonly inFlight: number;
    readonly introspections: number;
    /** Answers that are kept. */
    readonly entries: number;
  };
}

interface Options<Kept> {
  readonly introspect: Introspect;
  /** What to keep of an answer. */
  readonly keep: (answer: Introspection) => Kept;
  /** What that weighs, and what all of them may. */
  readonly weightOf: (token: string) => number;
  readonly maxWeight: number;
  /** For one question, from when it is asked. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface UnderWay<Kept> {
  readonly sending: Sending;
  readonly answer: Promise<Introspected<Kept>>;
}

export function createIntrospections<Kept extends NonNullable<unknown>>({
  introspect,
  keep,
  weightOf,
  maxWeight,
  timeoutMs,
  now,
}: Options<Kept>): Introspections<Kept> {
  const kept = new LRUCache<string, Introspected<Kept>>({ maxSize: maxWeight });
  const underWay = new Map<string, UnderWay<Kept>>();
  let inFlight = 0;
  let introspections = 0;

  const run = async (
    { token, digest }: Asked,
    sending: Sending,
    context: CallContext,
  ): Promise<Introspected<Kept>> => {
    introspections += 1;
    inFlight += 1;
    const order = introspections;
    try {
      // Others wait for it, so it must outlive this caller and carries no shopper.
      const said = await withTimeout(timeoutMs, (signal) =>
        introspect(token, { ...context, signal, shopper: null }, sending.leaves),
      );
      const introspected = { beganAt: sending.beganAt(), order, answer: keep(said) };
      // Answers may come in another order than that of the questions.
      if ((kept.peek(digest)?.order ?? 0) < order) {
        kept.set(digest, introspected, { size: weightOf(token) });
      }
      return introspected;
    } finally {
      inFlight -= 1;
    }
  };

  return {
    known({ digest, since }) {
      const found = kept.get(digest);
      return found !== undefined && isSince(found.beganAt, since, now()) ? found : null;
    },
    newest: (digest) => kept.get(digest) ?? null,

    ask(asked, context) {
      const { digest, since } = asked;
      const joined = underWay.get(digest);
      if (joined?.sending.mayBeJoined(since)) return untilAborted(joined.answer, context.signal);
      const sending = createSending(timeoutMs, now);
      const answer = run(asked, sending, context).finally(() => {
        if (underWay.get(digest) === question) underWay.delete(digest);
      });
      const question = { sending, answer };
      underWay.set(digest, question);
      return untilAborted(answer, context.signal);
    },

    stats: () => ({ inFlight, introspections, entries: kept.size }),
  };
}

/** Whether, and when, a question has left for the issuer. */
interface Sending {
  /** For `introspect`; needs no `this`. */
  readonly leaves: () => void;
  /** Epoch milliseconds: when it was sent, or requested where that is not known. */
  beganAt(): number;
  /** For a caller that needs an answer that began at `since` or later. */
  mayBeJoined(since: number): boolean;
}

/** Of a question that is asked now. */
function createSending(timeoutMs: number, now: () => number): Sending {
  const askedAt = now();
  let sentAt: number | null = null;
  /** From the turn of the event loop on after the one in which it was sent. */
  let hasLeft = false;
  return {
    leaves() {
      // Once is enough: an answer to what is sent again knows more, not less.
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

/** Not after `now` either: the clock was set back since. */
function isSince(beganAt: number, since: number, now: number): boolean {
  return beganAt >= since && beganAt <= now;
}
