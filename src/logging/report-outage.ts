/**
 * Calls `report` once for each reason of an outage, and once with null when it has ended. Reasons may
 * take turns, such as those of a master and of a sentinel that cannot be reached.
 * @param reasonOf one of few, since all those of an outage are remembered
 */
export function reportOutage<Failure>(
  reasonOf: (failure: Failure) => string,
  report: (failure: Failure | null) => void,
): (failure: Failure | null) => void {
  const reported = new Set<string>();
  return (failure) => {
    if (failure === null) {
      const hadFailed = reported.size > 0;
      reported.clear();
      if (hadFailed) report(null);
      return;
    }
    const reason = reasonOf(failure);
    if (reported.has(reason)) return;
    reported.add(reason);
    report(failure);
  };
}
