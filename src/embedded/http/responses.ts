import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Fault } from '../handle.ts';
import { newId } from '../store/ids.ts';
import { TokenChallenge } from './token-challenge.ts';

/** What middleware leaves for the routes. */
export interface EmbeddedEnv {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    /** Set while a rule of `EmbeddedOkta.fail` breaks this request. */
    fault?: Fault['kind'];
  };
}

const mediaTypeMismatch =
  'Bad request.  Accept and/or Content-Type headers likely do not match supported values.';

/** Okta's catalogue as far as this org uses it: status and summary; `{0}` is filled by `about`. */
const catalogue = {
  E0000001: [400, 'Api validation failed: {0}'],
  E0000003: [400, 'The request body was not well-formed.'],
  E0000004: [401, 'Authentication failed'],
  E0000006: [403, 'You do not have permission to perform the requested action'],
  E0000007: [404, 'Not found: {0}'],
  E0000008: [404, 'The requested path was not found'],
  E0000009: [500, 'Internal Server Error'],
  E0000011: [401, 'Invalid token provided'],
  E0000014: [403, 'Update of credentials failed'],
  E0000016: [403, 'Activation failed because the user is already active'],
  E0000017: [403, 'Password reset failed'],
  E0000018: [400, 'Bad request.  Accept and/or Content-Type headers are likely not set.'],
  E0000019: [400, mediaTypeMismatch],
  E0000020: [400, 'Bad request.'],
  E0000021: [400, mediaTypeMismatch],
  E0000022: [405, 'The endpoint does not support the provided HTTP method'],
  E0000028: [400, 'The request is missing a required parameter.'],
  E0000015: [401, 'You do not have permission to access the feature you are requesting'],
  E0000029: [400, 'Invalid paging request.'],
  E0000056: [403, '{0}'],
  E0000077: [403, 'Cannot modify the group because it is reserved for system use.'],
  E0000031: [400, 'Invalid search criteria.'],
  E0000032: [403, 'Unlock is not allowed for this user.'],
  E0000033: [400, "Bad request. Can't specify a search query and filter in the same request."],
  E0000034: [403, 'Forgot password not allowed on specified user.'],
  E0000035: [403, 'Change password not allowed on specified user.'],
  E0000038: [403, "This operation is not allowed in the user's current status."],
  E0000047: [429, 'API call exceeded rate limit due to too many requests.'],
  E0000053: [400, '{0}'],
  E0000060: [501, 'Unsupported operation.'],
  E0000068: [403, 'Invalid Passcode/Answer'],
  E0000079: [403, 'This operation is not allowed in the current authentication state.'],
  E0000080: [
    403,
    'The password does not meet the complexity requirements of the current password policy.',
  ],
  E0000082: [403, 'Each code can only be used once. Please wait for a new code and try again.'],
  E0000083: [403, 'Passcode is valid but exceeded time window.'],
  E0000085: [403, 'You do not have permission to access your account at this time.'],
  E0000090: [409, 'Duplicate role assignment exception.'],
  E0000093: [400, 'Target count limit exceeded'],
  E0000094: [400, 'The provided filter is unsupported.'],
  E0000095: [403, 'Recovery not allowed for unknown user.'],
  E0000098: [400, 'This phone number is invalid.'],
  E0000105: [
    403,
    'You have accessed an account recovery link that has expired or been previously used.',
  ],
  E0000109: [429, 'An SMS message was recently sent. Please wait 30 seconds before trying again.'],
  E0000118: [429, 'An email was recently sent. Please wait 5 seconds before trying again.'],
  E0000119: [403, 'Your account is locked. Please contact your administrator.'],
  E0000124: [
    400,
    'Could not create user. To create a user and expire their password immediately, a password must be specified',
  ],
  E0000125: [
    400,
    'Could not create user. To create a user and expire their password immediately, "activate" must be true',
  ],
  E0000148: [
    403,
    'Cannot modify/disable this authenticator because it is enabled in one or more policies. To continue, disable the authenticator in these policies.',
  ],
  E0000157: [409, 'Another authenticator with key: {0} is already active.'],
  E0000231: [412, 'The resource was changed since it was read.'],
  // OAuth endpoints answer an unknown client in this envelope, not in OAuth's own.
  invalid_client: [401, "Invalid value for 'client_id' parameter."],
} as const;

export type ErrorCode = keyof typeof catalogue;

export interface ErrorDetail {
  /** Fills the gap in the summary, for example `login` or `Resource not found: 00u… (User)`. */
  readonly about?: string;
  readonly causes?: readonly string[];
}

/** Thrown by a route; answered with Okta's error envelope. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
  constructor(code: ErrorCode, detail: ErrorDetail = {}) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

/** Thrown by an OAuth endpoint; answered as RFC 6749 section 5.2 says. */
export class OAuthError extends Error {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  constructor(status: number, error: string, description: string) {
    super(error);
    this.status = status;
    this.error = error;
    this.description = description;
  }
}

/** A right password alone is not enough (403); the token goes on with the sign-in. */
export class MfaRequiredError extends OAuthError {
  readonly mfaToken: string;
  constructor(mfaToken: string) {
    const text = 'Verify with an additional authenticator to complete the sign-in process.';
    super(403, 'mfa_required', text);
    this.mfaToken = mfaToken;
  }
}

/** The answer of /token to a proof without a good nonce (RFC 9449 section 8). */
export class UseDpopNonce extends OAuthError {
  readonly nonce: string;
  constructor(nonce: string) {
    super(400, 'use_dpop_nonce', 'Authorization server requires nonce in DPoP proof.');
    this.nonce = nonce;
  }
}

/**
 * Thrown where a bearer token lacks the scope of the endpoint. A missing administrator role is
 * E0000006 instead.
 */
export class InsufficientScope extends Error {
  readonly scope: string;
  constructor(scope: string) {
    super('insufficient_scope');
    this.scope = scope;
  }
}

/** Okta's error envelope. */
export function errorEnvelope(code: ErrorCode, detail: ErrorDetail = {}): Response {
  const [status, summary] = catalogue[code];
  const body = {
    errorCode: code,
    errorSummary: summary.replace('{0}', () => detail.about ?? ''),
    errorLink: code,
    errorId: newId('error'),
    errorCauses: causesOf(code, detail).map((errorSummary) => ({ errorSummary })),
  };
  return Response.json(body, { status });
}

/** Okta repeats the text of E0000079 as its only cause. */
function causesOf(code: ErrorCode, { causes = [] }: ErrorDetail): readonly string[] {
  return code === 'E0000079' ? [catalogue[code][1]] : causes;
}

/** Okta's names for the types of resources, in errors about a missing one. */
export type ResourceType =
  | 'ApplicationGroupAssignment'
  | 'AppInstance'
  | 'AppUser'
  | 'Authenticator'
  | 'AuthenticatorMethod'
  | 'Brand'
  | 'CustomRole'
  | 'EmailCustomization'
  | 'EmailTemplate'
  | 'Feature'
  | 'JsonWebKey'
  | 'NetworkZone'
  | 'OAuth2Claim'
  | 'OAuth2ClientSecret'
  | 'OAuth2Scope'
  | 'OAuth2ScopeConsentGrant'
  | 'Permission'
  | 'Policy'
  | 'PolicyRule'
  | 'PrincipalRateLimit'
  | 'PublicClientApp'
  | 'IAMPolicy'
  | 'ResourceSet'
  | 'RoleAssignment'
  | 'Token'
  | 'UserGroup'
  | 'User'
  | 'UserSchema'
  | 'AuthorizationServer'
  | 'AppSession'
  | 'Client'
  | 'OAuth2RefreshToken'
  | 'UserProfileEmail'
  | 'IdpMyAccountChallenge'
  | 'UserFactor'
  | 'Webhook';

/** The resource that is not there, in Okta's words. */
export function notFound(what: string, type: ResourceType): ApiError {
  return new ApiError('E0000007', { about: `Resource not found: ${what} (${type})` });
}

/** Any error as the answer that Okta would give. */
export function errorAnswer(error: unknown): Response {
  if (error instanceof ApiError) return errorEnvelope(error.code, error.detail);
  if (error instanceof OAuthError) {
    return Response.json(
      {
        error: error.error,
        error_description: error.description,
        ...(error instanceof MfaRequiredError && { mfa_token: error.mfaToken }),
      },
      {
        status: error.status,
        headers: {
          'cache-control': 'no-cache, no-store',
          pragma: 'no-cache',
          ...(error instanceof UseDpopNonce && { 'dpop-nonce': error.nonce }),
        },
      },
    );
  }
  if (error instanceof InsufficientScope) return insufficientScope(error);
  if (error instanceof TokenChallenge) {
    return new Response(null, { status: 400, headers: { 'www-authenticate': error.challenge } });
  }
  return errorEnvelope('E0000009');
}

/**
 * RFC 6750 section 3.1: Okta gives the reason in the header alone, without a body
 * (https://github.com/okta/okta-sdk-golang/issues/145).
 */
function insufficientScope({ scope }: InsufficientScope): Response {
  const description = 'The access token provided does not contain the required scopes.';
  const challenge = `Bearer scope="${scope}", error="insufficient_scope", error_description="${description}"`;
  return new Response(null, { status: 403, headers: { 'www-authenticate': challenge } });
}

/** The request's JSON object; an absent body reads as `{}`. @throws ApiError E0000003 for anything else */
export async function readJson(c: Context<EmbeddedEnv>): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  if (text === '') return {};
  const value = parse(text);
  if (!isObject(value)) throw new ApiError('E0000003');
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError('E0000003');
  }
}

/** A JSON object, so neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
