/** What `make` makes of the current value: made once, and anew when the value is another. */
export function latest<From, Made>(current: () => From, make: (from: From) => Made): () => Made {
  let last: { readonly from: From; readonly made: Made } | null = null;
  return () => {
    const from = current();
    if (last === null || last.from !== from) last = { from, made: make(from) };
    return last.made;
  };
}
