/** Okta issues no access token that lives longer, so nobody has to know of what is older. */
export const maxAccessTokenSeconds = 24 * 60 * 60;
