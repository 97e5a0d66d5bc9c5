/**
 * Options for an LRUCache with at most this many entries. The `max` option of lru-cache allocates room
 * for all of them at once: milliseconds and megabytes that most processes never need.
 */
export function lruLimit(entries: number): {
  readonly maxSize: number;
  readonly sizeCalculation: () => number;
} {
  return { maxSize: entries, sizeCalculation: () => 1 };
}
