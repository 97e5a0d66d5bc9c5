import { AccountError, RateLimited } from '../identity/errors.ts';

/** What went out to the customer in the course of one step. */
export interface Sends {
  count: number;
  /** By where it went to, epoch milliseconds: nothing more goes there before. */
  readonly pausedUntil: Map<string, number>;
}

export interface Message<Result> {
  /** Where it goes to: the pause after it is for this alone. */
  readonly to: string;
  readonly send: () => Promise<Result>;
  /** Null where the provider alone keeps the pause. */
  readonly resendAfter: (sent: Result) => Date | null;
}

/** Pushes and text messages annoy people who did not request them, and cost money. */
const maxSends = 5;

export function noSends(): Sends {
  return { count: 0, pausedUntil: new Map() };
}

/**
 * Counts a message and sends it.
 * @param step `until`: when it ends, epoch milliseconds
 * @throws RateLimited, when nothing was sent; what `send` throws
 */
export async function sendWithin<Result>(
  step: { readonly sends: Sends; readonly until: number; readonly now: () => number },
  { to, send, resendAfter }: Message<Result>,
): Promise<Result> {
  const { sends, until, now } = step;
  if (sends.count >= maxSends) throw wait(until - now());
  const pause = (sends.pausedUntil.get(to) ?? 0) - now();
  if (pause > 0) throw wait(pause);
  sends.count += 1;
  const sent = await send().catch((error) => {
    // It is known not to have left; where the caller went away, it may have.
    if (error instanceof AccountError) sends.count -= 1;
    throw error;
  });
  sends.pausedUntil.set(to, resendAfter(sent)?.getTime() ?? 0);
  return sent;
}

function wait(ms: number): RateLimited {
  return new RateLimited('TRANSACTION', Math.max(1, Math.ceil(ms / 1000)));
}
