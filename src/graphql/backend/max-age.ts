/** How many seconds ago the issuer may have been asked about a token that is to be CACHED. */
export function isMaxAge(seconds: number): boolean {
  return seconds >= 1 && seconds <= 300;
}
