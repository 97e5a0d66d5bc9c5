/** Not before `from` either: what would count then was set by a clock that was set back since. */
export function isWithin(now: number, from: number, ms: number): boolean {
  return now >= from && now < from + ms;
}
