/** Tells the person at the terminal why nothing happens. Standard output stays free for results. */
export function printWait(seconds: number): void {
  console.error(`Okta's rate limit is used up: waiting ${seconds} s.`);
}
