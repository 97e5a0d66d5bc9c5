import type { RateLimit } from './call-record.ts';

/** By their names in lower case. */
export type RawHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Windows are a minute long. Much more means a wrong header, or a clock that was set back. */
export const longestWindowMs = 5 * 60_000;

/** Null if the endpoint is not limited, or the headers are not numbers. */
export function readRateLimit(headers: RawHeaders): RateLimit | null {
  const limit = wholeNumber(headers['x-rate-limit-limit']);
  const remaining = wholeNumber(headers['x-rate-limit-remaining']);
  const reset = wholeNumber(headers['x-rate-limit-reset']);
  if (limit === null || remaining === null || reset === null) return null;
  return { limit, remaining, resetAt: new Date(reset * 1000) };
}

/**
 * Whole seconds until calls are allowed again after a 429, at least 1. The limit of 4 sign-ins per
 * second and username does not show in the headers of the bucket: with requests left, they say nothing
 * about this refusal. An impossible reset time is ignored too.
 */
export function retryAfterSeconds(headers: RawHeaders, now: number): number {
  const rateLimit = readRateLimit(headers);
  if (rateLimit === null || rateLimit.remaining > 0) return 1;
  const leftMs = untilReset(rateLimit, headers, now);
  return leftMs > 0 && leftMs <= longestWindowMs ? Math.ceil(leftMs / 1000) : 1;
}

/**
 * Milliseconds by Okta's own clock, since ours may be off by more than a window. NaN for a time beyond
 * the range of `Date`.
 */
export function untilReset({ resetAt }: RateLimit, headers: RawHeaders, now: number): number {
  const date = Date.parse(String(headers['date']));
  return resetAt.getTime() - (Number.isNaN(date) ? now : date);
}

function wholeNumber(text: RawHeaders[string]): number | null {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
