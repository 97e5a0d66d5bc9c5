import type { Counter, Histogram } from 'prom-client';

/**
 * Label sets of one metric, and a histogram has a series for each bucket of each: a value that only
 * ever grows in number must not grow the memory of who scrapes it.
 */
const maxSeries = 199;

/**
 * The series of a metric with two labels, each bound to its labels once, since to bind them takes
 * longer than to count. Those beyond the most that there may be are counted together as `other`.
 */
function createSeries<Series>(bind: (one: string, two: string) => Series, most = maxSeries) {
  const bound = new Map<string, Map<string, Series>>();
  let count = 0;
  let others: Series | undefined;
  return (one: string, two: string): Series => {
    const known = bound.get(one)?.get(two);
    if (known !== undefined) return known;
    if (count === most) {
      others ??= bind('other', 'other');
      return others;
    }
    count += 1;
    const series = bind(one, two);
    const ofOne = bound.get(one) ?? new Map<string, Series>();
    bound.set(one, ofOne.set(two, series));
    return series;
  };
}

/**
 * @param most of its series, `other` not counted
 * @returns counts one more
 */
export function countingSeries(
  counter: Counter,
  most?: number,
): (one: string, two: string) => void {
  const seriesOf = createSeries((one, two) => counter.labels(one, two), most);
  return (one, two) => seriesOf(one, two).inc();
}

/** @returns counts one more */
export function countingBy(counter: Counter): (label: string) => void {
  const seriesOf = createSeries((label) => counter.labels(label));
  return (label) => seriesOf(label, '').inc();
}

/** @returns takes milliseconds, for a histogram of seconds */
export function timingBy(histogram: Histogram): (label: string, durationMs: number) => void {
  const seriesOf = createSeries((label) => histogram.labels(label));
  return (label, durationMs) => seriesOf(label, '').observe(durationMs / 1000);
}
