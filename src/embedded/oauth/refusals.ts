import { OAuthError } from '../http/responses.ts';

/** Okta's answer to too many requests of one user. */
export function tooManyRequests(): OAuthError {
  const text = 'API call exceeded rate limit due to too many requests.';
  return new OAuthError(429, 'invalid_grant', text);
}

export function notAssigned(): OAuthError {
  return new OAuthError(400, 'access_denied', 'User is not assigned to the client application.');
}
