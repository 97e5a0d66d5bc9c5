import type { PromiseOrValue } from '../async/maybe-promise.ts';
import type { TokenInvalidReason } from '../tokens/token/model.ts';
import type { Caller, NamedCustomer, RejectedCaller } from './caller.ts';
import type { IncomingCall } from './incoming-request.ts';
import {
  type Authentication,
  type TokenCheck,
  verifyUnauthenticated,
} from './verify-unauthenticated.ts';

export interface Authorization {
  /** In lower case; empty where there is no header. */
  readonly scheme: string;
  readonly credentials: string;
}

/** The `Authorization` header in its two parts (RFC 9110 section 11.4). */
export function splitAuthorization(header: string | null): Authorization {
  const text = (header ?? '').trim();
  const end = text.search(/\s/);
  if (end < 0) return { scheme: text.toLowerCase(), credentials: '' };
  return { scheme: text.slice(0, end).toLowerCase(), credentials: text.slice(end).trimStart() };
}

/**
 * Who the `Authorization` header says is calling: a service by HTTP Basic or by its own token, a
 * customer by theirs. @throws UpstreamUnavailable, RateLimited where a token cannot be checked now
 */
export function identifyCaller(
  authorization: string | null,
  shared: Authentication,
  call: IncomingCall,
): PromiseOrValue<Caller> {
  const { scheme, credentials } = splitAuthorization(authorization);
  switch (scheme) {
    case '':
      return { kind: 'anonymous' };
    case 'basic':
      // Plain RFC 7617: in UTF-8, not form-encoded before as RFC 6749 section 2.3.1 has it for token
      // endpoints.
      return shared.services.clients.callerOf([Buffer.from(credentials, 'base64')]);
    case 'bearer':
      return callerOfToken(credentials, shared, call);
    default:
      return { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' };
  }
}

/**
 * Anyone can send the headers: a string that is not a token of the issuer must not cost a call to
 * Okta.
 */
const how = { freshness: 'LOCAL', opaque: 'REFUSE' } as const;

/** How the check for customers ends for a valid token of a service. */
const reasonsOfServiceToken: readonly TokenInvalidReason[] = ['WRONG_CLIENT', 'MISSING_CLAIM'];

/**
 * Whose access token it is, a customer's or a service's.
 * @throws AccountError where it cannot be checked now
 */
export async function callerOfToken(
  token: string,
  shared: Authentication,
  call: IncomingCall,
): Promise<Caller> {
  const check = { shared, call };
  const verdict = await verifyUnauthenticated(token, { ...how, from: 'CUSTOMERS' }, check);
  if (verdict.active) return { kind: 'customer', token: verdict };
  if (!reasonsOfServiceToken.includes(verdict.reason)) return refused(token, verdict.reason, check);

  const service = await verifyUnauthenticated(token, { ...how, from: 'SERVICES' }, check);
  // WRONG_TYPE: it is a customer's token, so the first verdict says more.
  if (!service.active) {
    return rejected(service.reason === 'WRONG_TYPE' ? verdict.reason : service.reason);
  }
  if (!service.scopes.includes(shared.services.scope)) {
    return { kind: 'rejected', code: 'FORBIDDEN', reason: 'INSUFFICIENT_SCOPE' };
  }
  return { kind: 'service', id: service.clientId };
}

/**
 * Finds the customer of an access token that a service sent along with its own credentials.
 * @throws as `callerOfToken`
 */
export async function customerOfToken(token: string, check: TokenCheck): Promise<NamedCustomer> {
  const verdict = await verifyUnauthenticated(token, { ...how, from: 'CUSTOMERS' }, check);
  if (verdict.active) return { kind: 'customer', token: verdict };
  return refused(token, verdict.reason, check);
}

async function refused(
  token: string,
  reason: TokenInvalidReason,
  { shared, call }: TokenCheck,
): Promise<RejectedCaller> {
  if (reason !== 'REVOKED') return rejected(reason);
  const once = { ...how, from: 'CUSTOMERS', revoked: 'PASS' } as const;
  const revoked = await shared.verifier.verify(token, once, call);
  return { ...rejected(reason), ...(revoked.active && { revoked }) };
}

function rejected(reason: TokenInvalidReason): RejectedCaller {
  const code = reason === 'EXPIRED' ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID';
  return { kind: 'rejected', code, reason };
}
