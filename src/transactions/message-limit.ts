import { AccountError, RateLimited } from '../identity/errors.ts';

/** The messages that one step has sent to the customer. */
export interface SentMessages {
  count: number;
  /** Per destination: no further message before this time, epoch milliseconds. */
  readonly pausedUntil: Map<string, number>;
}

export interface Message<Result> {
  /** The destination; the pause after a message counts for its destination only. */
  readonly to: string;
  readonly send: () => Promise<Result>;
  /** Null when the provider itself enforces the pause. */
  readonly resendAfter: (sent: Result) => Date | null;
}

/** Unwanted push notifications and text messages annoy people and cost money. */
const maxSends = 5;

export function noMessages(): SentMessages {
  return { count: 0, pausedUntil: new Map() };
}

/**
 * Counts a message and sends it.
 * @param step `expiresAt`: epoch milliseconds
 * @throws RateLimited when the message was not sent; what `send` throws
 */
export async function sendWithinLimit<Result>(
  step: { readonly sends: SentMessages; readonly expiresAt: number; readonly now: () => number },
  { to, send, resendAfter }: Message<Result>,
): Promise<Result> {
  const { sends, expiresAt, now } = step;
  if (sends.count >= maxSends) throw wait(expiresAt - now());
  const pause = (sends.pausedUntil.get(to) ?? 0) - now();
  if (pause > 0) throw wait(pause);
  sends.count += 1;
  const sent = await send().catch((error) => {
    // The message was certainly not sent. When the caller disconnected, it may have been.
    if (error instanceof AccountError) sends.count -= 1;
    throw error;
  });
  sends.pausedUntil.set(to, resendAfter(sent)?.getTime() ?? 0);
  return sent;
}

function wait(ms: number): RateLimited {
  return new RateLimited('TRANSACTION', Math.max(1, Math.ceil(ms / 1000)));
}
