const pauseMs = 1_000;
const steadyMs = 10_000;

/**
 * How many milliseconds pass before another worker takes the place of one that has ended: one that
 * could not even start, or ended soon after, may be followed by many of its kind.
 */
export function pauseBeforeNext({
  served,
  livedMs,
}: {
  readonly served: boolean;
  readonly livedMs: number;
}): number {
  return served && livedMs >= steadyMs ? 0 : pauseMs;
}
