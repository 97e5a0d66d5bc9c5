import { type Aggregator, Counter, Gauge, type Registry } from 'prom-client';

/** Every series of this API begins with it; those of the process have their usual names. */
export const prefix = 'okta_account_api_';

/** The values of the labels, in order, and the figure; null: there is none now. */
export type Figure = readonly [...labels: string[], value: number | null];

export interface FigureOptions {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly read: () => readonly Figure[];
}

/** A figure that is read at each scrape; its owner keeps the count. */
export interface Figures {
  /** What it was since the process began. */
  counter(options: FigureOptions): void;
  /** What it is now. @param aggregator how the workers of one program are put together */
  gauge(options: FigureOptions, aggregator?: Aggregator): void;
}

export function createFigures(registry: Registry): Figures {
  const configOf = ({ name, help, labels = [] }: FigureOptions) => ({
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
          // What has no labels would be 0 where there is no figure.
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
}: FigureOptions): Generator<readonly [Record<string, string>, number]> {
  for (const figure of read()) {
    const value = figure.at(-1);
    if (typeof value !== 'number') continue;
    yield [Object.fromEntries(names.map((name, at) => [name, String(figure[at])])), value];
  }
}

export function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
