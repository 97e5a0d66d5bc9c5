import { AccountApiUnavailable } from './unavailable.ts';

/** Requests that may be open at a time. */
const maxOpen = 32;
/** Requests that may wait for one of them to end. */
const maxWaiting = 2_000;

/** Bounds what one backend asks at a time. */
export class Gate {
  #open = 0;
  readonly #waiting = new Set<() => void>();

  /**
   * @param signal ends the waiting
   * @throws AccountApiUnavailable where too many wait already; the reason of the signal
   */
  async pass<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    if (this.#open >= maxOpen) await this.#wait(signal);
    else this.#open += 1;
    try {
      return await work();
    } finally {
      const [next] = this.#waiting;
      // The next takes over this place.
      if (next === undefined) this.#open -= 1;
      else next();
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= maxWaiting) throw new AccountApiUnavailable('OVERLOADED');
    return new Promise((resolve, reject) => {
      const enter = () => {
        this.#waiting.delete(enter);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.delete(enter);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(enter);
    });
  }
}
