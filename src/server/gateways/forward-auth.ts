import { andThen, orElse } from '../../async/maybe-promise.ts';
import type { TokenRefusal } from '../../callers/caller.ts';
import { callFor } from '../../callers/incoming-request.ts';
import type { Authentication } from '../../callers/verify-unauthenticated.ts';
import { verifyUnauthenticated } from '../../callers/verify-unauthenticated.ts';
import { isRepeated } from '../../http/request-head.ts';
import { AccountError } from '../../identity/errors.ts';
import type { ActiveToken, Verdict } from '../../tokens/token/model.ts';
import { noteTokenRefusal } from '../graphql/request/exchange.ts';
import { type Answer, Refusal } from '../http/http-error.ts';
import type { Route, Visit } from '../http/request-context.ts';
import { noteFailure } from '../observability/failure.ts';
import { type Demand, readDemand } from './forward-auth-params.ts';
import { retryAfter } from './oauth-error.ts';

/**
 * For gateways that ask about each request before they pass it on (nginx `auth_request`, Traefik
 * ForwardAuth, Envoy ext_authz): is the token in it a customer's, good, and good for this? Every
 * method is answered alike, since some of them ask with the one of their client.
 */
export function createForwardAuthRoute(shared: Authentication): Route {
  return (visit) => {
    const { request, incoming, observed } = visit;
    const demand = readDemand(request.url ?? '');
    if (demand === null) {
      throw new Refusal(400, 'The parameters of the URL are not good. The gateway sets them.');
    }
    // The service behind the gateway may read another one of several than we do.
    if (isRepeated(request, 'authorization')) {
      return refuse(observed, { status: 400, error: 'invalid_request' });
    }
    const [, token] = /^ *bearer +(\S+) *$/i.exec(incoming.authorization ?? '') ?? [];
    observed.caller = incoming.authorization === null ? 'anonymous' : 'rejected';
    if (token === undefined) return refuse(observed, { status: 401, error: null });

    // Anyone can send a header: what is no token of the issuer's must not cost Okta a call.
    const options = { ...demand.howFresh, from: 'CUSTOMERS', opaque: 'REFUSE' } as const;
    const asking = { shared, call: callFor(incoming, null) };
    return orElse(
      () =>
        andThen(verifyUnauthenticated(token, options, asking), (verdict) =>
          judge(verdict, demand, observed),
        ),
      (error) => unavailable(error, observed),
    );
  };
}

function judge(verdict: Verdict, { scopes }: Demand, observed: Visit['observed']): Answer {
  if (!verdict.active) {
    return refuse(observed, { status: 401, error: 'invalid_token', reason: verdict.reason });
  }
  observed.caller = 'customer';
  if (!scopes.every((scope) => verdict.scopes.includes(scope))) {
    return refuse(observed, { status: 403, error: 'insufficient_scope', scopes });
  }
  observed.outcomes = ['ACTIVE'];
  return { status: 200, headers: identityOf(verdict), body: '' };
}

/** @throws what is no failure of Okta's, as it came */
function unavailable(error: unknown, observed: Visit['observed']): Answer {
  if (!(error instanceof AccountError)) throw error;
  observed.outcomes = [error.code];
  noteFailure(observed, error);
  return { status: 503, headers: retryAfter(error), body: '' };
}

/** All of them in every answer: where one were missing, a gateway could let its client's pass. */
function identityOf(token: ActiveToken): Answer['headers'] {
  return {
    'X-User-Id': printable(token.userId ?? ''),
    'X-User-Login': printable(token.subject),
    'X-Client-Id': printable(token.clientId),
    'X-Scopes': token.scopes.map(printable).join(' '),
    'X-Token-Expires-At': `${Math.floor(token.expiresAt.getTime() / 1000)}`,
  };
}

/** Percent-encoded, in UTF-8, where a header could not hold it as it is. */
function printable(text: string): string {
  return text.replace(/[^!-$&-~]+/g, (part) =>
    Buffer.from(part).toString('hex').toUpperCase().replace(/../g, '%$&'),
  );
}

interface RefusedToken {
  readonly status: 400 | 401 | 403;
  /** Null where there is no token that anything could be said of. */
  readonly error: 'invalid_request' | 'invalid_token' | 'insufficient_scope' | null;
  readonly reason?: TokenRefusal;
  readonly scopes?: readonly string[];
}

/** RFC 6750 section 3. Why a token is not good is for the log alone, but for its end. */
function refuse(observed: Visit['observed'], refused: RefusedToken): Answer {
  const { status, error, reason, scopes } = refused;
  observed.outcomes = [reason ?? error ?? 'CALLER_UNAUTHENTICATED'];
  if (error === 'insufficient_scope') noteTokenRefusal(observed, 'INSUFFICIENT_SCOPE');
  else if (reason !== undefined) noteTokenRefusal(observed, reason);
  const parameters = [
    'realm="customers"',
    error && `error="${error}"`,
    reason === 'EXPIRED' && 'error_description="The access token has expired."',
    scopes && `scope="${scopes.join(' ')}"`,
  ];
  const challenge = `Bearer ${parameters.filter(Boolean).join(', ')}`;
  // Another server may have read another request out of the same bytes.
  const close = status === 400 && { Connection: 'close' };
  return { status, headers: { 'WWW-Authenticate': challenge, ...close }, body: '' };
}
