import { Counter, type CounterConfiguration, type Histogram } from 'prom-client';

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

interface Tally {
  readonly series: Counter.Internal;
  /** Not in the series yet. */
  count: number;
}

/**
 * A counter that counts in plain numbers and adds them to its series at each scrape, since `inc` of
 * prom-client is slower.
 */
function createTalliedCounter(
  configuration: CounterConfiguration<string>,
  labelsOf: (one: string, two: string) => readonly string[],
  most?: number,
): (one: string, two: string) => void {
  const tallies: Tally[] = [];
  const counter = new Counter({
    ...configuration,
    collect() {
      for (const tally of tallies) {
        tally.series.inc(tally.count);
        tally.count = 0;
      }
    },
  });
  const tallyOf = createSeries((one, two) => {
    const tally = { series: counter.labels(...labelsOf(one, two)), count: 0 };
    tallies.push(tally);
    return tally;
  }, most);
  return (one, two) => {
    tallyOf(one, two).count += 1;
  };
}

/**
 * @param most of its series, `other` not counted
 * @returns counts one more
 */
export function countByLabels(
  configuration: CounterConfiguration<string>,
  most?: number,
): (one: string, two: string) => void {
  return createTalliedCounter(configuration, (one, two) => [one, two], most);
}

/** @returns counts one more */
export function countByLabel(configuration: CounterConfiguration<string>): (label: string) => void {
  const count = createTalliedCounter(configuration, (label) => [label]);
  return (label) => count(label, '');
}

/** @returns takes milliseconds, for a histogram of seconds */
export function timeByLabel(histogram: Histogram): (label: string, durationMs: number) => void {
  const seriesOf = createSeries((label) => histogram.labels(label));
  return (label, durationMs) => seriesOf(label, '').observe(durationMs / 1000);
}
