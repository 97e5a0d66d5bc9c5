/**
 * Options for an LRUCache of at most this many entries. `max` of lru-cache allocates room for all of
 * them at once, which takes milliseconds and megabytes that most processes never need.
 */
export function atMost(entries: number): {
  readonly maxSize: number;
  readonly sizeCalculation: () => number;
} {
  return { maxSize: entries, sizeCalculation: () => 1 };
}
