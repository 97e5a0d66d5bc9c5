/** Okta's ids of users; anything else in their place is a login. */
const userId = /^00u\w{17}$/;

/** Where the links of mails lead, and Okta's sessions, whose id signs a browser in. */
const tokenPlace = /^(\/(?:signin\/[\w-]+|reset_password|welcome|api\/v1\/sessions)\/)([^/]+)/;

/** The path of a request to the org without logins, addresses, and tokens. */
export function maskPath(path: string): string {
  return path
    .replace(tokenPlace, (whole, place, id) => (id === 'me' ? whole : `${place}{token}`))
    .replace(/^(\/api\/v1\/users\/)([^/]+)/, (whole, place, id) =>
      id === 'me' || userId.test(id) ? whole : `${place}{login}`,
    )
    .replaceAll(/[^/]*(?:@|%40)[^/]*/gi, '{login}');
}
