import { andThen, orElse, type PromiseOrValue } from '../../async/maybe-promise.ts';
import { type Caller, isAuthenticatedNonService } from '../../callers/caller.ts';
import { callFor } from '../../callers/incoming-request.ts';
import type { Authentication } from '../../callers/verify-unauthenticated.ts';
import { AccountError } from '../../identity/errors.ts';
import type { CallContext } from '../../identity/model.ts';
import type { ActiveToken, Verdict } from '../../tokens/token/model.ts';
import {
  HttpError,
  type HttpResponse,
  jsonResponse,
  methodNotAllowed,
} from '../http/http-error.ts';
import { requireForm } from '../http/media-types.ts';
import type { RequestContext, Route } from '../http/request-context.ts';
import type { RequestRecord } from '../observability/request-record.ts';
import { authenticateClient } from './client-authentication.ts';
import { parseForm } from './form.ts';
import { readFreshness } from './freshness.ts';
import { OAuthError, oauthErrorResponse, unavailable } from './oauth-error.ts';

/**
 * Token introspection (RFC 7662) for services: the verdict of `validateToken` in the form that resource
 * servers and gateways expect. Failures are OAuth error responses.
 */
export function createIntrospectionRoute(shared: Authentication): Route {
  return (context) =>
    orElse(
      () => introspect(context, shared),
      (error) => errorResponse(error, context.record),
    );
}

function introspect(context: RequestContext, shared: Authentication): PromiseOrValue<HttpResponse> {
  const { request } = context;
  if (request.method !== 'POST') throw methodNotAllowed('POST');
  requireForm(request.headers);
  return andThen(context.readBody(), (body) =>
    introspectAsCaller(parseForm(body), context, shared),
  );
}

function introspectAsCaller(
  form: ReadonlyMap<string, string>,
  context: RequestContext,
  shared: Authentication,
): PromiseOrValue<HttpResponse> {
  const { authorization, record } = context;
  const call = callFor(context, null);
  return andThen(authenticateClient({ authorization, form }, shared, call), (caller) => {
    record.noteCaller(caller);
    if (caller.kind !== 'service') throw invalidClient(caller, authorization);
    return andThen(verdictOf(form, shared, call), (verdict) => {
      record.outcomes = [verdict.active ? 'ACTIVE' : verdict.reason];
      if (!verdict.active) record.noteTokenRefusal(verdict.reason);
      // Nothing else about an inactive token (section 2.2), not even the reason.
      return jsonResponse(200, verdict.active ? metadataOf(verdict) : { active: false });
    });
  });
}

/** `token_type_hint` is only a hint: the token is looked for everywhere in any case (section 2.1). */
function verdictOf(
  form: ReadonlyMap<string, string>,
  { verifier }: Authentication,
  call: CallContext,
): PromiseOrValue<Verdict> {
  const token = form.get('token');
  if (token === undefined) throw invalidRequest('The parameter `token` is missing.');
  const howFresh = readFreshness(form, ['LOCAL', 'CACHED', 'INTROSPECT']);
  if (howFresh === null) throw invalidRequest('The parameters of freshness are not good.');
  const options = { ...howFresh, from: 'CUSTOMERS', opaque: 'INTROSPECT' } as const;
  return verifier.verifySync(token, options) ?? verifier.verify(token, options, call);
}

/** Section 2.2, with `uid` as Okta's own endpoint has it, and how the token was checked. */
function metadataOf(verdict: ActiveToken): Readonly<Record<string, unknown>> {
  const { issuedAt, audience, tokenId } = verdict;
  return {
    active: true,
    scope: verdict.scopes.join(' '),
    client_id: verdict.clientId,
    username: verdict.subject,
    token_type: 'Bearer',
    exp: seconds(verdict.expiresAt),
    iat: issuedAt === null ? undefined : seconds(issuedAt),
    sub: verdict.subject,
    aud: audience.length === 1 ? audience[0] : audience,
    iss: verdict.issuer,
    jti: tokenId ?? undefined,
    uid: verdict.userId,
    checked_by: verdict.checkedBy,
    checked_at: seconds(verdict.checkedAt),
    revocation_lag_seconds: verdict.revocationLagSeconds,
  };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function invalidRequest(message: string): OAuthError {
  return new OAuthError(400, 'invalid_request', message);
}

/** RFC 6749 section 5.2 for a secret; RFC 6750 section 3 for a token, always with 401 (section 2.3). */
function invalidClient(caller: Caller, authorization: string | null): OAuthError {
  if (!/^ *bearer/i.test(authorization ?? '')) {
    const challenge = 'Basic realm="introspection", charset="UTF-8"';
    const message = 'The credentials of the service are missing or not valid.';
    return new OAuthError(401, 'invalid_client', message, { 'WWW-Authenticate': challenge });
  }
  const error = isAuthenticatedNonService(caller) ? 'insufficient_scope' : 'invalid_token';
  return new OAuthError(401, error, 'The access token of the caller is not that of a service.', {
    'WWW-Authenticate': `Bearer realm="introspection", error="${error}"`,
  });
}

/** @throws any error that is no response of this endpoint, unchanged */
function errorResponse(error: unknown, record: RequestRecord): HttpResponse {
  const refusal = oauthErrorOf(error);
  if (refusal === null) throw error;
  record.outcomes = [error instanceof AccountError ? error.code : refusal.error];
  if (error instanceof AccountError) record.noteFailure(error);
  return oauthErrorResponse(refusal);
}

function oauthErrorOf(error: unknown): OAuthError | null {
  if (error instanceof OAuthError) return error;
  if (error instanceof AccountError) return unavailable(error);
  if (!(error instanceof HttpError) || error.code !== 'BAD_REQUEST') return null;
  return new OAuthError(error.status, 'invalid_request', error.message, error.headers);
}
