import { hash, timingSafeEqual } from 'node:crypto';
import type { PromiseOrValue } from '../../async/maybe-promise.ts';
import type { Caller } from '../../callers/caller.ts';
import { callerOfToken, splitAuthorization } from '../../callers/identify-caller.ts';
import type { IncomingCall } from '../../callers/incoming-request.ts';
import type { Authentication } from '../../callers/verify-unauthenticated.ts';
import { OAuthError } from './oauth-error.ts';

interface SentCredentials {
  readonly authorization: string | null;
  readonly form: ReadonlyMap<string, string>;
}

/**
 * Who calls, by the secret of a service in the header or in the form (RFC 6749 section 2.3.1), or by
 * its own access token (RFC 7662 section 2.1). The same secret in both places is accepted, since
 * lua-resty-openidc, and gateways that are built on it, always send it twice.
 * @throws OAuthError 400 for two ways at once; AccountError where a token cannot be checked now
 */
export function authenticateClient(
  { authorization, form }: SentCredentials,
  shared: Authentication,
  call: IncomingCall,
): PromiseOrValue<Caller> {
  const { clients } = shared.services;
  const { scheme, credentials } = splitAuthorization(authorization);
  const secret = form.get('client_secret');
  switch (scheme) {
    case '':
      if (secret === undefined) return { kind: 'anonymous' };
      return clients.callerOf([Buffer.from(`${form.get('client_id') ?? ''}:${secret}`)]);
    case 'basic': {
      const pairs = spellingsOf(Buffer.from(credentials, 'base64'));
      if (!pairs.some((pair) => matchesForm(pair, form))) throw conflictingCredentials();
      return clients.callerOf(pairs);
    }
    case 'bearer':
      if (secret !== undefined) throw conflictingCredentials();
      return callerOfToken(credentials, shared, call);
    default:
      return { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' };
  }
}

/** Whether the client in the form, if any, is the one of `id:secret`. In constant time. */
function matchesForm(pair: Buffer, form: ReadonlyMap<string, string>): boolean {
  const end = pair.indexOf(':');
  const [id, secret] = [pair.subarray(0, end), pair.subarray(end + 1)];
  const isSameId = isEqual(form.get('client_id') ?? id, id);
  return isEqual(form.get('client_secret') ?? secret, secret) && isSameId;
}

/** Compares digests, which have the same length. */
function isEqual(one: Buffer | string, other: Buffer): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}

function conflictingCredentials(): OAuthError {
  return new OAuthError(400, 'invalid_request', 'The client authenticates in two ways at once.');
}

/** As it is (RFC 7617), and decoded from a form (RFC 6749): libraries send either. */
function spellingsOf(pair: Buffer): readonly Buffer[] {
  const text = pair.toString();
  if (!/[%+]/.test(text)) return [pair];
  try {
    return [pair, Buffer.from(decodeURIComponent(text.replaceAll('+', ' ')))];
  } catch {
    return [pair];
  }
}
