const firstMs = 500;
const maxMs = 10_000;
/** A connection that lasted so long was a good one. */
const goodMs = 10_000;
/** No server may send its readers away for longer. */
const maxAskedMs = 60_000;

/**
 * How long to wait before the next connection: at random below a bound that doubles from half a second
 * to ten, so that a thousand readers do not come back at once.
 */
export class BackOff {
  readonly #random: () => number;
  #failures = 0;
  #askedMs = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The server asks for at least so much, for the next time. */
  ask(ms: number): void {
    this.#askedMs = Math.min(ms, maxAskedMs);
  }

  next(): number {
    const bound = Math.min(firstMs * 2 ** this.#failures, maxMs);
    this.#failures += 1;
    const ms = Math.max(this.#random() * bound, this.#askedMs);
    this.#askedMs = 0;
    return ms;
  }

  ended(lastedMs: number): void {
    if (lastedMs >= goodMs) this.#failures = 0;
  }
}
