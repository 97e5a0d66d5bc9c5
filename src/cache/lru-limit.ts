/**
 * For an LRUCache of at most so many entries. Its own `max` makes room for all of them at once, which
 * takes milliseconds and megabytes that most processes never need.
 */
export function atMost(entries: number): {
  readonly maxSize: number;
  readonly sizeCalculation: () => number;
} {
  return { maxSize: entries, sizeCalculation: () => 1 };
}
