import { type Freshness, isMaxAge, type VerifyOptions } from '../../tokens/token/model.ts';

type FreshnessOptions = Pick<VerifyOptions, 'freshness' | 'maxAgeSeconds'>;

/**
 * The extension parameters `freshness` and `max_age` (whole seconds, for CACHED alone).
 * Null where one is invalid. @param allowed the values of `freshness`; upper and lower case are the same
 */
export function readFreshness(
  parameters: { get(name: string): string | null | undefined },
  allowed: readonly Freshness[],
): FreshnessOptions | null {
  const wanted = (parameters.get('freshness') ?? 'LOCAL').toUpperCase();
  const freshness = allowed.find((one) => one === wanted);
  const maxAge = parameters.get('max_age') ?? undefined;
  if (freshness === undefined) return null;
  if (maxAge === undefined) return { freshness };
  const maxAgeSeconds = Number(maxAge);
  const isGood = /^\d+$/.test(maxAge) && isMaxAge(maxAgeSeconds);
  return freshness === 'CACHED' && isGood ? { freshness, maxAgeSeconds } : null;
}
