/** As Okta compares logins and addresses, and coarser: two spellings of one are never two. */
export function canonicalLogin(login: string): string {
  return login.normalize('NFKC').trim().toLowerCase();
}
