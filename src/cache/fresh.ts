/** False before `from` too: the clock was set back since, so the age is unknown. */
export function isFresh(now: number, from: number, ms: number): boolean {
  return now >= from && now < from + ms;
}
