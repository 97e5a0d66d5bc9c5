import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServiceClient } from '../config.ts';
import type { CallContext } from '../identity/model.ts';
import type { TokenInvalidReason } from '../tokens/model.ts';
import type { Caller, Shared } from './context.ts';
import { orTopLevelError } from './top-level-errors.ts';

/**
 * Who the `Authorization` header says is calling: a service by HTTP Basic or by its own token, a
 * customer by theirs. @throws GraphQLError UPSTREAM_UNAVAILABLE where a token cannot be checked now
 */
export function identifyCaller(
  authorization: string | null,
  shared: Shared,
  call: CallContext,
): Promise<Caller> {
  const header = (authorization ?? '').trim();
  const [, scheme = '', credentials = ''] = /^(\S*) *(.*)$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case '':
      return Promise.resolve({ kind: 'anonymous' });
    case 'basic':
      return Promise.resolve(serviceOfBasic(credentials, shared.services.clients));
    case 'bearer':
      return orTopLevelError(callerOfToken(credentials, shared, call));
    default:
      return Promise.resolve({ kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' });
  }
}

/**
 * Plain RFC 7617: id and secret in UTF-8, not form-encoded before as RFC 6749 section 2.3.1 has it
 * for token endpoints. Digests have one length, and every candidate is compared, so the time an
 * answer takes tells neither which ids exist nor how much of a secret was right.
 */
function serviceOfBasic(credentials: string, clients: readonly ServiceClient[]): Caller {
  const presented = sha256(Buffer.from(credentials, 'base64'));
  const matches = clients.filter(({ id, secret }) =>
    timingSafeEqual(presented, sha256(Buffer.from(`${id}:${secret}`))),
  );
  const [client] = matches;
  if (client === undefined) return { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' };
  return { kind: 'service', id: client.id };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** How the check for customers ends for a good token of a service. */
const noCustomersToken: readonly TokenInvalidReason[] = ['WRONG_CLIENT', 'MISSING_CLAIM'];

async function callerOfToken(
  token: string,
  { verifier, services }: Shared,
  call: CallContext,
): Promise<Caller> {
  // Anyone can send this header: what is no token of the issuer's must not cost Okta a call.
  const how = { freshness: 'LOCAL', opaque: 'REFUSE' } as const;
  const verdict = await verifier.verify(token, { ...how, from: 'CUSTOMERS' }, call);
  if (verdict.active) return { kind: 'customer', token: verdict };
  if (!noCustomersToken.includes(verdict.reason)) return rejected(verdict.reason);

  const service = await verifier.verify(token, { ...how, from: 'SERVICES' }, call);
  if (!service.active) return rejected(service.reason);
  if (!service.scopes.includes(services.scope)) return { kind: 'rejected', code: 'FORBIDDEN' };
  return { kind: 'service', id: service.clientId };
}

function rejected(reason: TokenInvalidReason): Caller {
  return { kind: 'rejected', code: reason === 'EXPIRED' ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID' };
}
