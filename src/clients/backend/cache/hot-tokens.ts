/** The end of an RS256 signature: 43 characters of base64url hold 256 bits. */
const keyLength = 43;
/** Their texts take about a megabyte. */
const max = 1_024;
/** A newcomer replaces another one only so often, or a thousand and one tokens in turn would never hit. */
const admittedOf = 8;

/**
 * Saves the SHA-256 of the tokens that are used most, which takes longer than all the rest. Holds the
 * texts of these tokens and compares them as a whole.
 */
export class HotTokens<Value> {
  #entries = new Map<string, { readonly token: string; readonly value: Value }>();
  #oldest = this.#entries.keys();
  #refused = 0;

  find(token: string): Value | undefined {
    const entry = this.#entries.get(token.slice(-keyLength));
    return entry !== undefined && entry.token === token ? entry.value : undefined;
  }

  add(token: string, value: Value): void {
    if (this.#entries.size >= max && !this.#entries.has(token.slice(-keyLength))) {
      this.#refused += 1;
      if (this.#refused % admittedOf !== 0) return;
      this.#evict();
    }
    // A copy, so that the header which the token was cut out of is not retained.
    const copy = Buffer.from(token, 'latin1').toString('latin1');
    this.#entries.set(copy.slice(-keyLength), { token: copy, value });
  }

  clear(): void {
    this.#entries = new Map();
    this.#oldest = this.#entries.keys();
  }

  #evict(): void {
    let next = this.#oldest.next();
    if (next.done === true) {
      this.#oldest = this.#entries.keys();
      next = this.#oldest.next();
    }
    if (next.value !== undefined) this.#entries.delete(next.value);
  }
}
