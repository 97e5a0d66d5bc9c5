import { expect, test } from 'vitest';
import { doctorCodeOf } from '../../../src/okta/errors/doctor-codes.ts';
import type { OktaEndpoint } from '../../../src/okta/wire/endpoints.ts';

const token: OktaEndpoint = 'token/password';

test.each<[OktaEndpoint, string, string, string | null]>([
  [token, 'E0000007', 'Not found: Resource not found: typo (AuthorizationServer)', 'D01'],
  [
    token,
    'invalid_client',
    'The client secret supplied for a confidential client is invalid.',
    'D07',
  ],
  [token, 'invalid_client', 'The client_assertion JWT kid is invalid.', 'D27'],
  [
    token,
    'unauthorized_client',
    'The client is not authorized to use the provided grant type. Configured grant types: [].',
    'D09',
  ],
  [
    token,
    'access_denied',
    'Policy evaluation failed for this request, please check the policy configurations.',
    'D10',
  ],
  [
    token,
    'access_denied',
    'Some of the requested scopes were denied by the policy. Denied scopes: [a].',
    'D11',
  ],
  [
    token,
    'access_denied',
    'Policy evaluation succeeded, but all the requested scopes were rejected.',
    'D11',
  ],
  [
    token,
    'invalid_scope',
    'One or more scopes are not configured for the authorization server resource.',
    'D12',
  ],
  ['authorize', 'consent_required', 'You are not allowed any of the requested scopes.', 'D13'],
  [
    token,
    'invalid_grant',
    'Resource owner password credentials authentication denied by sign on policy.',
    'D14',
  ],
  [
    token,
    'invalid_grant',
    'Resource owner password credentials cannot be used with MFA enabled.',
    'D14',
  ],
  [
    token,
    'access_denied',
    "User couldn't be signed-in through direct authentication because authentication policy wasn't satisfied.",
    'D15',
  ],
  [token, 'access_denied', 'User is not assigned to the client application.', 'D16'],
  ['authorize', 'HTTP 400', 'Okta knows no such client_id or redirect_uri', 'D21'],
  [
    'authorize',
    'login_required',
    'The client specified not to prompt, but the client app requires re-authentication or MFA.',
    'D06',
  ],
  ['token/refresh_token', 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.', 'D22'],
  [
    'token/client_credentials',
    'invalid_dpop_proof',
    'The DPoP proof JWT header is missing.',
    'D23',
  ],
  ['users/list', 'invalid_dpop_proof', "'htu' claim in the DPoP proof JWT is invalid.", 'D23'],
  [
    'token/client_credentials',
    'consent_required',
    'You are not allowed any of the requested scopes.',
    'D24',
  ],
  [
    'users/list',
    'insufficient_scope',
    'The access token provided does not contain the required scopes.',
    'D24',
  ],
  ['users/list', 'E0000006', 'You do not have permission to perform the requested action', 'D25'],
  ['users/create', 'E0000006', 'You do not have permission to perform the requested action', 'D26'],
  [
    'token/client_credentials',
    'invalid_client',
    'The client_assertion signature is invalid.',
    'D27',
  ],
  ['users/list', 'E0000011', 'Invalid token provided', 'D29'],
  // Faults of a moment or of a customer are no matter of the set-up.
  [token, 'invalid_grant', 'The credentials provided were invalid.', null],
  ['token/refresh_token', 'invalid_grant', 'The refresh token is invalid or expired.', null],
  ['authn', 'E0000004', 'Authentication failed', null],
])('%s: %s %s belongs to %s', (endpoint, code, text, doctor) => {
  const failure = { endpoint, status: 400, code, text, causes: [], retryAfterSeconds: 1 };
  expect(doctorCodeOf(failure)).toBe(doctor);
});
