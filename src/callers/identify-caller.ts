import type { PromiseOrValue } from '../async/maybe-promise.ts';
import type { ServiceClient } from '../config.ts';
import { createSecretMatch } from '../crypto/secret-match.ts';
import type { Caller, NamedCustomer, RejectedCaller, Shared } from '../graphql/base/context.ts';
import { orTopLevelError } from '../graphql/base/top-level-errors.ts';
import type { TokenInvalidReason } from '../tokens/token/model.ts';
import type { IncomingCall } from './call-context.ts';
import { type Asking, verifyStrangers } from './verify-unauthenticated.ts';

/** The services that have a secret of this API's. */
export interface ServiceClients {
  /** The service that one of the spellings of `id:secret` is right for; rejected for none. */
  callerOf(spellings: readonly Buffer[]): Caller;
}

/** @param clients as they are now: another array is another set of them */
export function createServiceClients(clients: () => readonly ServiceClient[]): ServiceClients {
  const find = createSecretMatch(clients, ({ id, secret }) => `${id}:${secret}`);
  return {
    callerOf(spellings) {
      const client = find(spellings);
      return client === null
        ? { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' }
        : { kind: 'service', id: client.id };
    },
  };
}

export interface Authorization {
  /** In small letters; empty where there is no header. */
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
 * customer by theirs. @throws GraphQLError UPSTREAM_UNAVAILABLE, RATE_LIMITED where a token cannot be checked now
 */
export function identifyCaller(
  authorization: string | null,
  shared: Shared,
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
      return orTopLevelError(callerOfToken(credentials, shared, call));
    default:
      return { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' };
  }
}

/**
 * Anyone can send the headers: a string that is not a token of the issuer must not cost a call to
 * Okta.
 */
const how = { freshness: 'LOCAL', opaque: 'REFUSE' } as const;

/** How the check for customers ends for a good token of a service. */
const noCustomersToken: readonly TokenInvalidReason[] = ['WRONG_CLIENT', 'MISSING_CLAIM'];

/**
 * Whose access token it is, a customer's or a service's.
 * @throws AccountError where it cannot be checked now
 */
export async function callerOfToken(
  token: string,
  shared: Shared,
  call: IncomingCall,
): Promise<Caller> {
  const { services } = shared;
  const asking = { shared, call };
  const verdict = await verifyStrangers(token, { ...how, from: 'CUSTOMERS' }, asking);
  if (verdict.active) return { kind: 'customer', token: verdict };
  if (!noCustomersToken.includes(verdict.reason)) return refused(token, verdict.reason, asking);

  const service = await verifyStrangers(token, { ...how, from: 'SERVICES' }, asking);
  // WRONG_TYPE: it is a customer's token, so the first verdict says more.
  if (!service.active) {
    return rejected(service.reason === 'WRONG_TYPE' ? verdict.reason : service.reason);
  }
  if (!service.scopes.includes(services.scope)) {
    return { kind: 'rejected', code: 'FORBIDDEN', reason: 'INSUFFICIENT_SCOPE' };
  }
  return { kind: 'service', id: service.clientId };
}

/**
 * Finds the customer of an access token that a service sent along with its own credentials.
 * @throws as `callerOfToken`
 */
export async function customerOfToken(token: string, asking: Asking): Promise<NamedCustomer> {
  const verdict = await verifyStrangers(token, { ...how, from: 'CUSTOMERS' }, asking);
  if (verdict.active) return { kind: 'customer', token: verdict };
  return refused(token, verdict.reason, asking);
}

async function refused(
  token: string,
  reason: TokenInvalidReason,
  { shared, call }: Asking,
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
