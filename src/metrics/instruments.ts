import { type Aggregator, Counter, Gauge, type Registry } from 'prom-client';

/** All series of this API begin with it; those of the process have their usual names. */
export const prefix = 'okta_account_api_';

/** The values of the labels, in order, and the value; null: there is none now. */
export type Sample = readonly [...labels: string[], value: number | null];

export interface InstrumentOptions {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly read: () => readonly Sample[];
}

/** Instruments whose values are read at each scrape; their owners keep the counts. */
export interface Instruments {
  /** Since the process began. */
  counter(options: InstrumentOptions): void;
  /** As it is now. @param aggregator how the values of the workers of one program are combined */
  gauge(options: InstrumentOptions, aggregator?: Aggregator): void;
}

export function createInstruments(registry: Registry): Instruments {
  const configOf = ({ name, help, labels = [] }: InstrumentOptions) => ({
    name: `${prefix}${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    counter(options) {
      new Counter({
        ...configOf(options),
        collect() {
          this.reset();
          for (const [labels, value] of valuesOf(options)) this.inc(labels, value);
        },
      });
    },
    gauge(options, aggregator = 'sum') {
      new Gauge({
        ...configOf(options),
        aggregator,
        collect() {
          this.reset();
          // A gauge without labels would be 0 where there is no value.
          this.remove({});
          for (const [labels, value] of valuesOf(options)) this.set(labels, value);
        },
      });
    },
  };
}

function* valuesOf({
  labels: names = [],
  read,
}: InstrumentOptions): Generator<readonly [Record<string, string>, number]> {
  for (const sample of read()) {
    const value = sample.at(-1);
    if (typeof value !== 'number') continue;
    yield [Object.fromEntries(names.map((name, at) => [name, String(sample[at])])), value];
  }
}

export function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
