import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Fault } from '../handle.ts';
import { newId } from '../store/ids.ts';
import { catalogue, type ErrorCode } from './error-catalogue.ts';
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
