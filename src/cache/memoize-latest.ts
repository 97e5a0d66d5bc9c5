/** Calls `make` once for the current value, and again only after the value has changed. */
export function memoizeLatest<From, Made>(
  current: () => From,
  make: (from: From) => Made,
): () => Made {
  let last: { readonly from: From; readonly made: Made } | null = null;
  return () => {
    const from = current();
    if (last === null || last.from !== from) last = { from, made: make(from) };
    return last.made;
  };
}
