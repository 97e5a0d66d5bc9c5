import { andThen, orElse } from '../../async/maybe-promise.ts';
import { callFor } from '../../callers/incoming-request.ts';
import type { Authentication } from '../../callers/verify-unauthenticated.ts';
import { verifyUnauthenticated } from '../../callers/verify-unauthenticated.ts';
import { isRepeated } from '../../http/request-head.ts';
import { AccountError } from '../../identity/errors.ts';
import type { ActiveToken, Verdict } from '../../tokens/token/model.ts';
import { HttpError, type HttpResponse } from '../http/http-error.ts';
import type { Route } from '../http/request-context.ts';
import type { RequestRecord } from '../observability/request-record.ts';
import { refuseBearer, unavailable } from './bearer-refusal.ts';
import { type ForwardAuthParams, readForwardAuthParams } from './forward-auth-params.ts';

/**
 * For gateways that ask about each request before they pass it on (nginx `auth_request`, Traefik
 * ForwardAuth, Envoy ext_authz): whether its token is a customer's, is valid, and has the scopes. Every
 * method is answered alike, since some gateways ask with the method of their client.
 */
export function createForwardAuthRoute(shared: Authentication): Route {
  return (context) => {
    const { request, authorization, record } = context;
    const demand = readForwardAuthParams(request.url ?? '');
    if (demand === null) {
      throw new HttpError(400, 'The parameters of the URL are not good. The gateway sets them.');
    }
    // Of several headers the service behind the gateway may read another one than this API.
    if (isRepeated(request, 'authorization')) {
      return refuseBearer(record, { status: 400, error: 'invalid_request' });
    }
    const [, token] = /^ *bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    record.caller = authorization === null ? { kind: 'anonymous' } : unverified;
    if (token === undefined) return refuseBearer(record, { status: 401, error: null });

    // Anyone can send a header: a string that is not a token of the issuer must not cost a call to Okta.
    const options = { ...demand.freshness, from: 'CUSTOMERS', opaque: 'REFUSE' } as const;
    const asking = { shared, call: callFor(context, null) };
    return orElse(
      () =>
        andThen(verifyUnauthenticated(token, options, asking), (verdict) =>
          decide(verdict, demand, record),
        ),
      (error) => {
        if (error instanceof AccountError) return unavailable(record, error);
        throw error;
      },
    );
  };
}

/** Until its token is verified. */
const unverified = { kind: 'rejected', code: 'TOKEN_INVALID' } as const;

function decide(
  verdict: Verdict,
  { scopes }: ForwardAuthParams,
  record: RequestRecord,
): HttpResponse {
  if (!verdict.active) {
    return refuseBearer(record, { status: 401, error: 'invalid_token', reason: verdict.reason });
  }
  record.caller = { kind: 'customer', token: verdict };
  if (!scopes.every((scope) => verdict.scopes.includes(scope))) {
    return refuseBearer(record, { status: 403, error: 'insufficient_scope', scopes });
  }
  record.outcomes = ['ACTIVE'];
  return { status: 200, headers: identityHeaders(verdict), body: '' };
}

/** All of them in every answer: if one were missing, a gateway could pass on its client's own header. */
function identityHeaders(token: ActiveToken): HttpResponse['headers'] {
  return {
    'X-User-Id': toHeaderValue(token.userId ?? ''),
    'X-User-Login': toHeaderValue(token.subject),
    'X-Client-Id': toHeaderValue(token.clientId),
    'X-Scopes': token.scopes.map(toHeaderValue).join(' '),
    'X-Token-Expires-At': `${Math.floor(token.expiresAt.getTime() / 1000)}`,
  };
}

/** Percent-encoded, in UTF-8, where a header could not hold it as it is. */
function toHeaderValue(text: string): string {
  return text.replace(/[^!-$&-~]+/g, (part) =>
    Buffer.from(part).toString('hex').toUpperCase().replace(/../g, '%$&'),
  );
}
