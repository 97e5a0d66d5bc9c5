/**
 * Calls `report` only when the state differs from the last one, so that an outage is one line of the
 * log and not one for each failure.
 * @param initial the state before the first call
 */
export function reportChanges<State, Detail>(
  initial: State,
  report: (state: State, detail: Detail) => void,
): (state: State, detail: Detail) => void {
  let last = initial;
  return (state, detail) => {
    if (state === last) return;
    last = state;
    report(state, detail);
  };
}
