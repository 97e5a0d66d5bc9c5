import { splitAuthorization } from '../../graphql/authorization.ts';
import { callerOfToken } from '../../graphql/caller.ts';
import type { Caller, Shared } from '../../graphql/context.ts';
import type { IncomingCall } from '../../graphql/incoming-call.ts';
import type { PromiseOrValue } from '../../promise-or-value.ts';
import { OAuthRefusal } from './oauth-refusal.ts';

interface Presented {
  readonly authorization: string | null;
  readonly form: ReadonlyMap<string, string>;
}

/**
 * Who calls, by the secret of a service in the header or in the form (RFC 6749 section 2.3.1), or by
 * its own access token (RFC 7662 section 2.1).
 * @throws OAuthRefusal 400 for two ways at once; AccountError where a token cannot be checked now
 */
export function authenticateClient(
  { authorization, form }: Presented,
  shared: Shared,
  call: IncomingCall,
): PromiseOrValue<Caller> {
  const { clients } = shared.services;
  const { scheme, credentials } = splitAuthorization(authorization);
  const secret = form.get('client_secret');
  if (scheme !== '' && secret !== undefined) {
    throw new OAuthRefusal(400, 'invalid_request', 'The client authenticates in two ways at once.');
  }
  switch (scheme) {
    case '':
      if (secret === undefined) return { kind: 'anonymous' };
      return clients.callerOf([Buffer.from(`${form.get('client_id') ?? ''}:${secret}`)]);
    case 'basic':
      return clients.callerOf(spellingsOf(Buffer.from(credentials, 'base64')));
    case 'bearer':
      return callerOfToken(credentials, shared, call);
    default:
      return { kind: 'rejected', code: 'CALLER_UNAUTHENTICATED' };
  }
}

/** As it is (RFC 7617), and form-encoded before (RFC 6749): libraries do either. */
function spellingsOf(pair: Buffer): readonly Buffer[] {
  const text = pair.toString();
  if (!/[%+]/.test(text)) return [pair];
  try {
    return [pair, Buffer.from(decodeURIComponent(text.replaceAll('+', ' ')))];
  } catch {
    return [pair];
  }
}
